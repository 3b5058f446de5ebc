"""Entry points on AWS Lambda: `api` answers requests, `plan` and `read` fetch prices over a queue, `alert` alerts."""
