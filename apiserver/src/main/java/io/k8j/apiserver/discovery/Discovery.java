package io.k8j.apiserver.discovery;

import io.k8j.apiserver.http.Dispatcher;
import io.k8j.apiserver.http.Exchange;
import io.k8j.apiserver.http.ExchangeHandler;
import io.k8j.apiserver.http.Tagged;
import io.k8j.apiserver.http.TreeDocuments;
import io.k8j.apiserver.resource.ResourceTable;
import io.k8j.model.api.ApiException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Serves {@code /api}, {@code /apis} and below: what there is, in the plain and the aggregated form. */
public final class Discovery implements Dispatcher.Documents {
    private static final String FORM = ";g=%s;v=%s;as=%s"
            .formatted(
                    DiscoveryDocuments.AGGREGATED.group(),
                    DiscoveryDocuments.AGGREGATED.version(),
                    DiscoveryDocuments.AGGREGATED.kind());

    private final ResourceTable table;

    private final ForeignApis foreign;

    private record Kept(long version, List<Foreign> foreign, DiscoveryDocuments documents) {}

    private volatile Kept kept = new Kept(-1, List.of(), null);

    public Discovery(ResourceTable table, ForeignApis foreign) {
        this.table = table;
        this.foreign = foreign;
    }

    @Override
    public Optional<ExchangeHandler> find(Exchange exchange) {
        String path = exchange.path().replaceAll("/+$", "");
        if (!path.equals("/api") && !path.startsWith("/api/") && !path.equals("/apis") && !path.startsWith("/apis/")) {
            return Optional.empty();
        }
        DiscoveryDocuments documents = documents();
        String[] parts = path.substring(1).split("/");
        Optional<ExchangeHandler> found = document(parts, documents);
        // Upstream's documents of groups do not look at the method.
        boolean ofGroups = parts[0].equals("apis") && parts.length < 3;
        if (found.isPresent() && !exchange.method().equals("GET") && !ofGroups) {
            throw ApiException.methodNotAllowed();
        }
        return found;
    }

    private static Optional<ExchangeHandler> document(String[] parts, DiscoveryDocuments documents) {
        return switch (parts.length) {
            case 1 -> Optional.of(parts[0].equals("api") ? e -> core(e, documents) : e -> groups(e, documents));
            case 2 -> parts[0].equals("api") ? resources(documents, "", parts[1]) : plain(documents.group(parts[1]));
            case 3 -> parts[0].equals("apis") ? resources(documents, parts[1], parts[2]) : Optional.empty();
            default -> Optional.empty();
        };
    }

    private static void core(Exchange exchange, DiscoveryDocuments documents) {
        send(exchange, documents::coreVersions, documents::aggregatedCore);
    }

    private static void groups(Exchange exchange, DiscoveryDocuments documents) {
        send(exchange, host -> documents.groups(), documents::aggregatedGroups);
    }

    private static void send(
            Exchange exchange, Function<String, Map<String, Object>> plain, Supplier<Map<String, Object>> aggregated) {
        String type = TreeDocuments.wantedAs(exchange, DiscoveryDocuments.AGGREGATED);
        if (type == null) {
            TreeDocuments.send(exchange, 200, plain.apply(String.valueOf(exchange.header("Host"))));
            return;
        }
        exchange.addResponseHeader("Vary", "Accept");
        byte[] written = TreeDocuments.bytes(aggregated.get(), type);
        byte[] document = type.endsWith("json") ? TreeDocuments.line(written) : written;
        exchange.setResponseHeader("Cache-Control", "public");
        Tagged.send(exchange, Tagged.of(document), type + FORM, () -> document);
    }

    private static Optional<ExchangeHandler> resources(DiscoveryDocuments documents, String group, String version) {
        return plain(documents.resources(group, version));
    }

    private static Optional<ExchangeHandler> plain(Map<String, Object> document) {
        return document == null
                ? Optional.empty()
                : Optional.of(exchange -> TreeDocuments.send(exchange, 200, document));
    }

    private DiscoveryDocuments documents() {
        Kept current = kept;
        long version = table.version();
        List<Foreign> others = foreign.groupVersions();
        if (current.version() != version || !current.foreign().equals(others)) {
            current = new Kept(version, others, DiscoveryDocuments.of(List.copyOf(table.all()), others));
            kept = current;
        }
        return current.documents();
    }
}
