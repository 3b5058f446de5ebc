"""The site: pages for people, rendered on the server; the same services as the API, in words and pictures."""
