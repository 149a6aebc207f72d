package io.k8j.apiserver.discovery;

import io.k8j.apiserver.http.Dispatcher;
import io.k8j.apiserver.http.Exchange;
import io.k8j.apiserver.http.ExchangeHandler;
import io.k8j.apiserver.http.Tagged;
import io.k8j.apiserver.resource.ResourceTable;
import io.k8j.apiserver.resource.ServedResource;
import io.k8j.model.json.Json;
import io.k8j.model.openapi.ApiKind;
import io.k8j.model.openapi.OpenApiDocuments;
import io.k8j.model.time.Time;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Serves {@code /openapi/v2} and {@code /openapi/v3}. */
public final class OpenApiPages implements Dispatcher.Documents {
    private static final String V2 = "/openapi/v2";
    private static final String V3 = "/openapi/v3";

    /** Of the list of documents, which upstream gives no type of its own. */
    private static final String INDEX_TYPE = "text/plain; charset=utf-8";

    private final ResourceTable table;
    private final ForeignApis foreign;
    private final OpenApiDocuments builtIn;
    private final Time time;

    private record Kept(long version, OpenApiDocuments documents) {}

    private volatile Kept kept = new Kept(-1, null);

    /** @param serverVersion as {@code /version} gives it */
    public OpenApiPages(ResourceTable table, ForeignApis foreign, String serverVersion, Time time) {
        this.time = time;
        this.table = table;
        this.foreign = foreign;
        this.builtIn = OpenApiDocuments.of(serverVersion, table.builtIn());
    }

    @Override
    public Optional<ExchangeHandler> find(Exchange exchange) {
        String path = exchange.path();
        if (path.equals(V2)) {
            return Optional.of(this::second);
        }
        if (path.equals(V3)) {
            return Optional.of(e -> {
                byte[] index = Json.write(index());
                Tagged.send(e, Tagged.of(index), INDEX_TYPE, () -> index);
            });
        }
        if (path.startsWith(V3 + "/")) {
            String groupVersion = path.substring(V3.length() + 1);
            return Optional.of(
                    documents().third(groupVersion) == null
                            ? e -> e.respond(404, null, new byte[0])
                            : e -> third(e, groupVersion));
        }
        return Optional.empty();
    }

    private Map<String, Object> index() {
        Map<String, Object> index = documents().index();
        Map<String, String> others = foreign.thirdOpenApi();
        if (others.isEmpty()) return index;
        Map<String, Object> paths = new TreeMap<>(io.k8j.model.json.Trees.map(index, "paths"));
        others.forEach((path, url) -> paths.put(path, new LinkedHashMap<>(Map.of("serverRelativeURL", url))));
        return new LinkedHashMap<>(Map.of("paths", paths));
    }

    private void second(Exchange exchange) {
        String accept = String.valueOf(exchange.header("Accept"));
        exchange.addResponseHeader("Vary", "Accept");
        List<Map<String, Object>> others = foreign.secondOpenApi();
        boolean protobuf = accept.contains("proto-openapi.spec.v2") && !accept.contains("application/json");
        if (!protobuf && !exchange.accepts("application/json")) {
            exchange.respond(406, null, new byte[0]);
            return;
        }
        byte[] document =
                protobuf ? documents().secondProtobuf(others) : documents().second(others);
        String type = protobuf ? OpenApiDocuments.SECOND_PROTOBUF : "application/json";
        Tagged.send(exchange, Tagged.of(document), type, () -> document);
    }

    private void third(Exchange exchange, String groupVersion) {
        OpenApiDocuments documents = documents();
        String hash = documents.hash(groupVersion).toUpperCase(Locale.ROOT);
        ThirdDocument.send(
                exchange,
                time.instant(),
                groupVersion,
                hash,
                () -> documents.third(groupVersion),
                () -> documents.thirdProtobuf(groupVersion));
    }

    private OpenApiDocuments documents() {
        Kept current = kept;
        long version = table.version();
        if (current.version() != version) {
            List<ApiKind> custom = new ArrayList<>();
            for (ServedResource served : table.all()) {
                if (served.custom() == null) continue;
                custom.add(ApiKind.custom(served.info(), served.custom().source()));
            }
            OpenApiDocuments before = current.documents() == null ? builtIn : current.documents();
            current = new Kept(version, before.withCustom(custom));
            kept = current;
        }
        return current.documents();
    }
}
