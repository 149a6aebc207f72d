package io.k8j.apiserver.aggregation;

import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.subresource.Conditions;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.time.Pace;
import io.k8j.model.time.Time;
import io.k8j.model.validation.GoText;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whether the servers behind APIServices answer, and writes it into their conditions. One virtual thread asks;
 * it is woken by changes of APIServices, Services and endpoints, and every half minute.
 */
final class Availability implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Availability.class);
    private static final GroupVersionResource SERVICES = new GroupVersionResource("", "v1", "services");
    private static final GroupVersionResource SLICES =
            new GroupVersionResource("discovery.k8s.io", "v1", "endpointslices");
    private static final String SERVICE_LABEL = "kubernetes.io/service-name";
    private static final Duration AGAIN = Duration.ofSeconds(30);
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final String STOP = "";

    private final ServiceIndex index;
    private final ObjectReader reader;
    private final RemoteClient client;
    private final BiConsumer<RemoteService, byte[]> learner;
    private final Function<ApiCall, ApiResponse> api;
    private final Time time;
    private final LinkedBlockingQueue<String> queue = new LinkedBlockingQueue<>();
    private final Set<String> waiting = ConcurrentHashMap.newKeySet();
    private volatile Time.Timer next = () -> {};
    private volatile boolean closed;

    /** What a check has come to. */
    private record Finding(String status, String reason, String message) {}

    /** @param learner takes the discovery document of a server that answers */
    Availability(
            ServiceIndex index,
            ObjectReader reader,
            RemoteClient client,
            BiConsumer<RemoteService, byte[]> learner,
            Function<ApiCall, ApiResponse> api,
            Time time) {
        this.index = index;
        this.reader = reader;
        this.client = client;
        this.learner = learner;
        this.api = api;
        this.time = time;
    }

    void start() {
        reader.onChange(ServiceIndex.API_SERVICES, change -> {
            if (index.named(change.object().name()) != null) ask(change.object().name());
        });
        reader.onChange(
                SERVICES,
                change -> changed(change.object().namespace(), change.object().name()));
        reader.onChange(SLICES, change -> {
            String service = change.object().labels().get(SERVICE_LABEL);
            if (service != null) changed(change.object().namespace(), service);
        });
        askAll();
        Thread.ofVirtual().name("api-service-availability").start(this::work);
    }

    private void changed(String namespace, String service) {
        for (RemoteService remote : index.all()) {
            if (remote.namespace().equals(namespace) && remote.service().equals(service)) ask(remote.name());
        }
    }

    private void ask(String name) {
        if (waiting.add(name)) queue.add(name);
    }

    private void askAll() {
        if (closed) return;
        for (RemoteService remote : index.all()) ask(remote.name());
        next = time.after(Pace.UPKEEP, AGAIN, this::askAll);
    }

    private void work() {
        try {
            while (!closed) {
                String name = queue.take();
                waiting.remove(name);
                if (name.equals(STOP)) return;
                check(name);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void check(String name) {
        RemoteService service = index.named(name);
        if (service == null) return;
        try {
            Finding finding = find(service);
            write(service, finding);
            if (!finding.status().equals("True")) time.after(SOON.multipliedBy(5), () -> ask(name));
        } catch (ApiException e) {
            if (closed || e.isNotFound()) return;
            time.after(SOON, () -> ask(name)); // somebody else has changed it meanwhile
        } catch (RuntimeException e) {
            if (!closed)
                LOG.atError().addKeyValue("apiservice", name).setCause(e).log("availability not checked");
        }
    }

    private Finding find(RemoteService service) {
        String shown = "service/" + service.service() + " in " + GoText.quote(service.namespace());
        Optional<ApiObject> found = reader.get(SERVICES, service.namespace(), service.service());
        if (found.isEmpty()) return new Finding("False", "ServiceNotFound", shown + " is not present");
        Map<String, Object> tree = found.get().tree();
        if ("ClusterIP".equals(Trees.string(tree, "spec", "type"))) {
            Object port = Trees.list(tree, "spec", "ports").stream()
                    .filter(p -> Long.valueOf(service.port()).equals(Trees.integer(p, "port")))
                    .findFirst()
                    .orElse(null);
            if (port == null) {
                return new Finding("False", "ServicePortError", shown + " is not listening on port " + service.port());
            }
            Finding missing = endpoints(service, shown, Trees.string(port, "name"));
            if (missing != null) return missing;
        }
        return answer(service);
    }

    private Finding endpoints(RemoteService service, String shown, String portName) {
        String name = portName == null ? "" : portName;
        List<ApiObject> slices = reader.list(SLICES, service.namespace()).stream()
                .filter(s -> service.service().equals(s.labels().get(SERVICE_LABEL)))
                .toList();
        if (slices.isEmpty()) {
            return new Finding("False", "EndpointsNotFound", "cannot find endpointslices for " + shown);
        }
        if (slices.stream().anyMatch(slice -> isReady(slice.tree(), name))) return null;
        return new Finding(
                "False",
                "MissingEndpoints",
                "endpointslices for " + shown + " have no addresses with port name " + GoText.quote(name));
    }

    private static boolean isReady(Map<String, Object> slice, String portName) {
        boolean ready = Trees.list(slice, "endpoints").stream()
                .anyMatch(e -> !Boolean.FALSE.equals(Trees.get(e, "conditions", "ready")));
        return ready
                && Trees.list(slice, "ports").stream()
                        .anyMatch(p -> Trees.get(p, "port") != null
                                && portName.equals(String.valueOf(
                                        Trees.string(p, "name") == null ? "" : Trees.string(p, "name"))));
    }

    private Finding answer(RemoteService service) {
        try {
            RemoteClient.Answer answer = client.get(service, service.path(), "application/json");
            if (answer.status() >= 200 && answer.status() < 300) {
                learner.accept(service, answer.body());
                return new Finding("True", "Passed", "all checks passed");
            }
            String words = "failing or missing response from %1$s: bad status from %1$s: %2$d"
                    .formatted(answer.url(), answer.status());
            return new Finding("False", "FailedDiscoveryCheck", words);
        } catch (IOException e) {
            return new Finding("False", "FailedDiscoveryCheck", e.getMessage());
        }
    }

    private void write(RemoteService service, Finding finding) {
        ApiObject object =
                reader.get(ServiceIndex.API_SERVICES, "", service.name()).orElse(null);
        if (object == null) return;
        Map<String, Object> tree = Json.parseObject(object.json());
        if (isKnown(tree, finding)) return;
        Conditions.set(tree, "Available", finding.status(), finding.reason(), finding.message(), time.instant());
        ApiResponse unused = api.apply(new ApiCall(
                Verb.UPDATE, ServiceIndex.API_SERVICES, "", service.name(), "status", Map.of(), null, tree));
    }

    private static boolean isKnown(Map<String, Object> tree, Finding finding) {
        for (Object condition : Trees.list(tree, "status", "conditions")) {
            if (!"Available".equals(Trees.string(condition, "type"))) continue;
            return finding.status().equals(Trees.string(condition, "status"))
                    && finding.reason().equals(Trees.string(condition, "reason"))
                    && finding.message().equals(Trees.string(condition, "message"));
        }
        return false;
    }

    @Override
    public void close() {
        closed = true;
        next.cancel();
        queue.add(STOP);
    }
}
