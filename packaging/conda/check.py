"""Render a recipe as rattler-build does, for Linux: check.py RECIPE."""

import pathlib
import sys

import rattler_build as rattler

recipe = rattler.Stage0Recipe.from_yaml(
    pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
platform = rattler.PlatformConfig(target_platform="linux-64")
rendered = recipe.render(
    rattler.VariantConfig({"c_stdlib": ["sysroot"]}),
    rattler.RenderConfig(platform=platform))
assert len(rendered) == 1, rendered
print(rendered[0].recipe.package.name, rendered[0].recipe.package.version)
