"""The adapter to Vantio: what its bytes mean, and the HTTP client that fetches them."""
