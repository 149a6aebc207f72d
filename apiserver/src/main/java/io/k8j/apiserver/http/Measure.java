package io.k8j.apiserver.http;

/** Counts and times each request. */
record Measure(RequestMetrics metrics) implements RequestFilter {
    @Override
    public void handle(Exchange exchange, Next next) throws InterruptedException {
        long begin = System.nanoTime();
        metrics.started(exchange);
        try {
            next.proceed(exchange);
        } finally {
            metrics.finished(exchange, System.nanoTime() - begin);
        }
    }
}
