package io.k8j.apiserver.http;

import io.k8j.apiserver.ApiServerCore;
import io.k8j.apiserver.spi.Authorizer.Attributes;
import io.k8j.apiserver.spi.Authorizer.Decision;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.streaming.Backend;
import io.k8j.apiserver.streaming.HttpProxy;
import io.k8j.apiserver.streaming.KubeletAddress;
import io.k8j.apiserver.streaming.LogOptions;
import io.k8j.apiserver.streaming.PodStreams;
import io.k8j.apiserver.streaming.ProxyTargets;
import io.k8j.apiserver.streaming.StreamingProxy;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.Verb;
import io.netty.handler.ssl.SslContext;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** Serves the subresources that are a connection to a kubelet, a Pod or a Service instead of an object. */
public final class ConnectHandler {
    private static final Map<String, List<String>> SERVED = Map.of(
            "pods", List.of("log", "exec", "attach", "portforward", "proxy"),
            "services", List.of("proxy"),
            "nodes", List.of("proxy"));

    private static final Map<String, String> OPTIONS_KINDS = Map.of(
            "exec", "PodExecOptions",
            "attach", "PodAttachOptions",
            "portforward", "PodPortForwardOptions",
            "proxy", "*ProxyOptions");

    private final ApiServerCore core;
    private final ObjectReader objects;
    private final Supplier<SslContext> kubeletTls;

    /** @param kubeletTls trusts the cluster's authority and identifies the API server */
    public ConnectHandler(ApiServerCore core, Supplier<SslContext> kubeletTls) {
        this.core = core;
        this.objects = core.reader();
        this.kubeletTls = kubeletTls;
    }

    boolean serves(RequestPath path) {
        return path.resource().group().isEmpty()
                && !path.name().isEmpty()
                && SERVED.getOrDefault(path.resource().resource(), List.of()).contains(path.subresource());
    }

    void handle(Exchange exchange, RequestPath path) throws InterruptedException {
        core.access().check(wanted(exchange, path));
        switch (path.subresource()) {
            case "log" -> log(exchange, path);
            case "exec", "attach" -> stream(exchange, path, StreamingProxy.Purpose.COMMAND);
            case "portforward" -> stream(exchange, path, StreamingProxy.Purpose.PORT_FORWARD);
            default -> proxy(exchange, path);
        }
    }

    private static Attributes wanted(Exchange exchange, RequestPath path) {
        return new Attributes(
                exchange.user(),
                verb(exchange),
                path.resource().group(),
                path.resource().version(),
                path.resource().resource(),
                path.subresource(),
                path.namespace(),
                path.name(),
                null);
    }

    /** Who opens a stream with GET, as WebSockets do, needs the right to create it all the same. */
    private void checkCreate(Exchange exchange, RequestPath path) {
        if (verb(exchange).equals("create")) return;
        switch (core.access().authorizer().authorize(wanted(exchange, path).withVerb("create"))) {
            case Decision.Allow allow -> {}
            case Decision.Deny(String reason, String error) -> throw refusal(path, reason, error);
            case Decision.NoOpinion(String reason, String error) -> throw refusal(path, reason, error);
        }
    }

    private static ApiException refusal(RequestPath path, String reason, String error) {
        return error.isEmpty()
                ? ApiException.forbidden(path.resource(), path.name(), reason == null ? "" : reason)
                : ApiException.plainInternal(error);
    }

    /** RBAC knows these as the verbs of their HTTP methods. */
    private static String verb(Exchange exchange) {
        return switch (exchange.method()) {
            case "POST" -> "create";
            case "PUT" -> "update";
            case "PATCH" -> "patch";
            case "DELETE" -> "delete";
            case "GET", "HEAD" -> "get";
            default -> exchange.method().toLowerCase(Locale.ROOT);
        };
    }

    private void log(Exchange exchange, RequestPath path) throws InterruptedException {
        if (!exchange.method().equals("GET")) {
            throw ApiException.methodNotAllowed();
        }
        LogOptions.check(path.name(), exchange.query());
        ApiObject pod = find(path);
        String target = PodStreams.logTarget(pod, exchange.query());
        if (!KubeletAddress.isAssigned(pod)) {
            exchange.respond(204, null, new byte[0]); // a Pod without a node has said nothing so far
            return;
        }
        KubeletAddress kubelet = KubeletAddress.ofPod(objects, pod);
        HttpProxy.toKubelet(exchange, kubelet.backend(kubeletTls.get(), target));
    }

    private void stream(Exchange exchange, RequestPath path, StreamingProxy.Purpose purpose)
            throws InterruptedException {
        admit(exchange, path);
        checkCreate(exchange, path);
        ApiObject pod = find(path);
        String target = PodStreams.streamTarget(path.subresource(), pod, exchange.query());
        KubeletAddress kubelet = KubeletAddress.ofPod(objects, pod);
        StreamingProxy.stream(exchange, kubelet.backend(kubeletTls.get(), target), purpose);
    }

    private void proxy(Exchange exchange, RequestPath path) throws InterruptedException {
        String rawQuery = exchange.uri().indexOf('?') < 0
                ? ""
                : exchange.uri().substring(exchange.uri().indexOf('?'));
        boolean bare = path.rest().isEmpty() && !exchange.path().endsWith("/");
        boolean reads = exchange.method().equals("GET") || exchange.method().equals("HEAD");
        String rest = "/" + path.rest() + rawQuery;
        admit(exchange, path);
        ProxyTargets targets = new ProxyTargets(objects, kubeletTls);
        Backend backend = targets.find(path.resource(), path.namespace(), path.name(), rest);
        if (StreamingProxy.isUpgrade(exchange)) {
            StreamingProxy.splice(exchange, backend);
        } else if (bare && reads) {
            // Relative links of the page behind it would lead beside it otherwise.
            exchange.setResponseHeader("Location", exchange.path() + "/" + rawQuery);
            exchange.respond(301, null, new byte[0]);
        } else {
            String prefix = exchange.path()
                    .substring(
                            0,
                            exchange.path().length()
                                    - (path.rest().isEmpty() ? 0 : path.rest().length()));
            HttpProxy.toProgram(exchange, backend, prefix);
        }
    }

    private void admit(Exchange exchange, RequestPath path) {
        String kind = OPTIONS_KINDS
                .getOrDefault(path.subresource(), "")
                .replace(
                        "*",
                        path.resource().resource().equals("pods")
                                ? "Pod"
                                : path.resource().resource().equals("nodes") ? "Node" : "Service");
        Map<String, Object> options = ConnectOptions.of(kind, exchange.query());
        boolean further = !path.rest().isEmpty() || exchange.path().endsWith("/");
        if (further) options.put("path", "/" + path.rest()); // whatever the query says
        ApiCall call = new ApiCall(
                Verb.CREATE, path.resource(), path.namespace(), path.name(), path.subresource(), Map.of(), null, null);
        core.admitConnect(exchange.user(), call, options);
    }

    private ApiObject find(RequestPath path) {
        return objects.get(path.resource(), path.namespace(), path.name())
                .orElseThrow(() -> ApiException.notFound(path.resource(), path.name()));
    }
}
