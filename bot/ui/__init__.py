"""Rendering only: values in, words and cards out."""
