"""What store, rules and cards share: frozen values, and nothing that does anything."""
