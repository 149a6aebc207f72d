package io.k8j.apiserver.discovery;

import io.k8j.apiserver.http.Dispatcher;
import io.k8j.apiserver.http.Exchange;
import io.k8j.apiserver.http.ExchangeHandler;
import io.k8j.apiserver.http.Trees;
import io.k8j.apiserver.resource.ResourceTable;
import io.k8j.model.openapi.OpenApiDocuments;
import java.util.Locale;
import java.util.Optional;

/** Serves {@code /openapi/v2} and {@code /openapi/v3}. */
public final class OpenApiPages implements Dispatcher.Documents {
    private static final String V2 = "/openapi/v2";
    private static final String V3 = "/openapi/v3";
    private static final String IMMUTABLE = "public, immutable";

    private final ResourceTable table;
    private final OpenApiDocuments builtIn;

    private record Kept(long version, OpenApiDocuments documents) {}

    private volatile Kept kept = new Kept(-1, null);

    /** @param serverVersion as {@code /version} gives it */
    public OpenApiPages(ResourceTable table, String serverVersion) {
        this.table = table;
        this.builtIn = OpenApiDocuments.of(serverVersion);
    }

    @Override
    public Optional<ExchangeHandler> find(Exchange exchange) {
        String path = exchange.path();
        if (path.equals(V2)) {
            return Optional.of(this::second);
        }
        if (path.equals(V3) || path.equals(V3 + "/")) {
            return Optional.of(e -> Trees.send(e, 200, documents().index(), "application/json"));
        }
        if (path.startsWith(V3 + "/")) {
            String groupVersion = path.substring(V3.length() + 1);
            return documents().third(groupVersion) == null
                    ? Optional.empty()
                    : Optional.of(e -> third(e, groupVersion));
        }
        return Optional.empty();
    }

    private void second(Exchange exchange) {
        String accept = String.valueOf(exchange.header("Accept"));
        if (accept.contains("proto-openapi.spec.v2") && !accept.contains("application/json")) {
            exchange.respond(200, OpenApiDocuments.SECOND_PROTOBUF, documents().secondProtobuf());
            return;
        }
        exchange.respond(200, "application/json", documents().second());
    }

    private void third(Exchange exchange, String groupVersion) {
        OpenApiDocuments documents = documents();
        String hash = documents.hash(groupVersion).toUpperCase(Locale.ROOT);
        exchange.addResponseHeader("Etag", "\"" + hash + "\"");
        if (hash.equalsIgnoreCase(exchange.query("hash"))) {
            exchange.addResponseHeader("Expires", "Thu, 31 Dec 2099 23:59:59 GMT");
            exchange.setResponseHeader("Cache-Control", IMMUTABLE);
        }
        exchange.respond(200, "application/json", documents.third(groupVersion));
    }

    private OpenApiDocuments documents() {
        Kept current = kept;
        long version = table.version();
        if (current.version() != version) {
            current = new Kept(version, builtIn);
            kept = current;
        }
        return current.documents();
    }
}
