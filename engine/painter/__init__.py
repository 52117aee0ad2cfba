"""The embedded engine: non-photorealistic rendering of a photo by a recipe, without weights and without a GPU."""
