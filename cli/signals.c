/* Signals: handlers that set flags. */
#include "signals.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t asked, stopped;

static void
on_usr1(int number)
{
	(void)number;
	asked = 1;
}

static void
on_stop(int number)
{
	stopped = number;
}

void
signals_begin(bool tidy, bool files)
{
	static const int stops[] = { SIGINT, SIGTERM, SIGHUP, SIGXCPU };
	struct sigaction a = { .sa_flags = SA_RESTART };

	sigemptyset(&a.sa_mask);
	a.sa_handler = on_usr1;
	sigaction(SIGUSR1, &a, NULL);
	signal(SIGXFSZ, SIG_IGN);
	if (files)
		signal(SIGPIPE, SIG_IGN);
	a.sa_handler = on_stop;
	a.sa_flags |= (int)SA_RESETHAND;
	for (size_t i = 0; tidy && i < sizeof(stops) / sizeof(*stops); i++) {
		struct sigaction old;

		/* What nohup(1) and the like have set stays. */
		if (sigaction(stops[i], NULL, &old) == 0 &&
		    old.sa_handler != SIG_IGN)
			sigaction(stops[i], &a, NULL);
	}
}

bool
signals_asked(void)
{
	bool was = asked != 0;

	if (was)
		asked = 0;
	return was;
}

bool
signals_stopped(void)
{
	return stopped != 0;
}

void
signals_end(void)
{
	if (stopped == 0)
		return;
	signal(stopped, SIG_DFL);
	raise(stopped);
}
