package io.k8j.apiserver.http;

import io.k8j.apiserver.Access;
import io.k8j.apiserver.spi.Authorizer.Attributes;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The pages of a component that has a port of its own, such as the scheduler: who asks is authenticated and authorized as
 * by the API server, health excepted.
 */
public final class ComponentPages implements RequestFilter.Next {
    /** Upstream's {@code --authorization-always-allow-paths}. */
    private static final Set<String> OPEN = Set.of("/healthz", "/livez", "/readyz");

    private static final byte[] NOT_FOUND = "404 page not found\n".getBytes(StandardCharsets.US_ASCII);

    private final Access access;
    private final List<Dispatcher.Documents> documents;

    /** @param documents asked in order */
    public ComponentPages(Access access, List<Dispatcher.Documents> documents) {
        this.access = access;
        this.documents = List.copyOf(documents);
    }

    @Override
    public void proceed(Exchange exchange) throws InterruptedException {
        if (!OPEN.contains(exchange.path())) {
            String verb = exchange.method().toLowerCase(Locale.ROOT);
            access.check(new Attributes(exchange.user(), verb, "", "", "", "", "", "", exchange.path()));
        }
        for (Dispatcher.Documents some : documents) {
            var handler = some.find(exchange);
            if (handler.isPresent()) {
                handler.get().handle(exchange);
                return;
            }
        }
        exchange.respond(404, "text/plain; charset=utf-8", NOT_FOUND);
    }
}
