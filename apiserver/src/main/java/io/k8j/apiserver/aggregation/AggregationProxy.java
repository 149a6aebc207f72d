package io.k8j.apiserver.aggregation;

import io.k8j.apiserver.admission.AdmissionServices;
import io.k8j.apiserver.discovery.ThirdDocument;
import io.k8j.apiserver.http.Dispatcher;
import io.k8j.apiserver.http.Exchange;
import io.k8j.apiserver.http.ExchangeHandler;
import io.k8j.apiserver.streaming.Backend;
import io.k8j.apiserver.streaming.HttpProxy;
import io.k8j.apiserver.streaming.StreamingProxy;
import io.k8j.model.api.ApiException;
import io.k8j.model.time.Time;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Passes requests for group versions of other servers on to them, in the name of the user. */
final class AggregationProxy implements Dispatcher.Documents {
    private static final String THIRD = "/openapi/v3/";

    private final ServiceIndex index;
    private final AdmissionServices.ServiceResolver resolver;
    private final RemoteTls tls;
    private final RemoteDocuments documents;
    private final Time time;

    AggregationProxy(
            ServiceIndex index,
            AdmissionServices.ServiceResolver resolver,
            RemoteTls tls,
            RemoteDocuments documents,
            Time time) {
        this.time = time;
        this.index = index;
        this.resolver = resolver;
        this.tls = tls;
        this.documents = documents;
    }

    @Override
    public Optional<ExchangeHandler> find(Exchange exchange) {
        String path = exchange.path();
        if (!path.startsWith("/apis/") && !path.startsWith(THIRD)) return Optional.empty();
        String[] parts =
                path.startsWith(THIRD) ? ("/" + path.substring(THIRD.length())).split("/", 5) : path.split("/", 5);
        if (parts.length < 4 || !parts[1].equals("apis")) return Optional.empty();
        RemoteService service = index.of(parts[2], parts[3]);
        if (service == null) return Optional.empty();
        RemoteDocuments.Made made = path.startsWith(THIRD) ? documents.made(service) : null;
        if (made == null) return Optional.of(e -> proxy(e, service));
        return Optional.of(e -> ThirdDocument.send(
                e, time.instant(), "apis/" + service.groupVersion(), made.hash(), made::document, null));
    }

    private void proxy(Exchange exchange, RemoteService service) {
        if (!service.available()) {
            unavailable(exchange, "service unavailable");
            return;
        }
        try {
            URI address = resolver.resolve(service.namespace(), service.service(), service.port());
            Backend backend = new Backend(
                    address.getHost(), address.getPort(), tls.forProxy(service), exchange.uri(), service.host());
            List<Map.Entry<String, String>> identity = FrontProxy.headers(exchange.user());
            if (StreamingProxy.isUpgrade(exchange)) StreamingProxy.splice(exchange, backend, identity);
            else HttpProxy.onBehalf(exchange, backend, identity);
        } catch (IOException e) {
            unavailable(exchange, "service unavailable");
        } catch (ApiException e) {
            if (exchange.answered()) throw e;
            unavailable(exchange, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void unavailable(Exchange exchange, String words) {
        exchange.respond(503, "text/plain; charset=utf-8", (words + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
