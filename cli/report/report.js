/* Filters for the samples.  The page is whole without this. */
'use strict';
(function () {
	var form = document.getElementById('filter');
	var shown = document.getElementById('shown');
	var cards = Array.prototype.slice.call(
		document.querySelectorAll('article.sample'));
	var groups = Array.prototype.slice.call(
		document.querySelectorAll('section.group'));

	if (!form || !cards.length)
		return;

	function matches(card, kind, words) {
		var kinds = (card.getAttribute('data-kind') || '').split(' ');
		var text = card.textContent.toLowerCase();

		return (!kind || kinds.indexOf(kind) >= 0) &&
			words.every(function (w) {
				return text.indexOf(w) >= 0;
			});
	}

	function show() {
		var kind = form.elements.kind.value, n = 0;
		var words = form.elements.words.value.toLowerCase()
			.split(/\s+/).filter(Boolean);

		cards.forEach(function (card) {
			card.hidden = !matches(card, kind, words);
			n += card.hidden ? 0 : 1;
		});
		groups.forEach(function (group) {
			group.hidden = !group.querySelector(
				'article.sample:not([hidden])');
		});
		shown.textContent = n + ' of ' + cards.length + ' shown';
	}

	form.hidden = false;
	form.addEventListener('input', show);
	form.addEventListener('submit', function (e) {
		e.preventDefault();
	});
	form.addEventListener('reset', function () {
		setTimeout(show, 0);
	});
	window.addEventListener('beforeprint', function () {
		document.querySelectorAll('details').forEach(function (d) {
			d.open = true;
		});
	});
	show();
}());
