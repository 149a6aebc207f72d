package io.k8j.apiserver.http;

import io.k8j.apiserver.spi.Authorizer.Attributes;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.Verb;
import java.util.Locale;
import java.util.Set;

/**
 * What the request line says, as audit, flow control and metrics want to know it.
 *
 * @param path what the URL's path asks for
 * @param verb RBAC's word, or the method in lower case if the path is not about a resource
 * @param longRunning whether the answer may go on for long: watches, logs, streams and proxied connections
 */
record RequestFacts(RequestPath path, String verb, boolean longRunning) {
    private static final Set<String> LONG_RUNNING = Set.of("attach", "exec", "proxy", "log", "portforward");

    static RequestFacts of(Exchange exchange) {
        RequestPath path = exchange.requestPath();
        if (path.resource() == null) {
            String verb = exchange.method().toLowerCase(Locale.ROOT);
            return new RequestFacts(path, verb, exchange.path().startsWith("/debug/pprof/"));
        }
        Verb known = CallReader.verb(exchange, path);
        boolean longRunning = known == Verb.WATCH || LONG_RUNNING.contains(path.subresource());
        return new RequestFacts(path, known == null ? "" : known.word(), longRunning);
    }

    boolean isResource() {
        return path.resource() != null;
    }

    /** Whether the request may change something, which the limits of requests in flight tell apart. */
    boolean isReadOnly() {
        return switch (verb) {
            case "get", "list", "watch", "head" -> true;
            default -> false;
        };
    }

    Attributes attributes(UserInfo user, String rawPath) {
        if (!isResource()) {
            return new Attributes(user, verb, "", "", "", "", "", "", rawPath);
        }
        var resource = path.resource();
        boolean isNamespace = resource.group().isEmpty() && resource.resource().equals("namespaces");
        return new Attributes(
                user,
                verb,
                resource.group(),
                resource.version(),
                resource.resource(),
                path.subresource(),
                isNamespace ? path.name() : path.namespace(),
                path.name(),
                null);
    }
}
