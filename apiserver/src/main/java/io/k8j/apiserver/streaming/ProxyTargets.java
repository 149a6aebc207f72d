package io.k8j.apiserver.streaming;

import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.GoQuote;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/** Finds what {@code …/proxy} paths of nodes, Pods and Services lead to: {@code [scheme:]name[:port]}. */
public final class ProxyTargets {
    private static String shown(String port) {
        return port.matches("[0-9]+") ? port : "\"" + port + "\"";
    }

    private static final GroupVersionResource SLICES =
            new GroupVersionResource("discovery.k8s.io", "v1", "endpointslices");
    private static final GroupVersionResource PODS = new GroupVersionResource("", "v1", "pods");
    private static final Set<String> SCHEMES = Set.of("", "http", "https");
    private static final String SERVICE_LABEL = "kubernetes.io/service-name";

    private final ObjectReader objects;
    private final Supplier<SslContext> kubeletTls;

    public ProxyTargets(ObjectReader objects, Supplier<SslContext> kubeletTls) {
        this.objects = objects;
        this.kubeletTls = kubeletTls;
    }

    private record Target(String scheme, String name, String port) {
        static Target parse(GroupVersionResource resource, String text) {
            String[] parts = text.split(":", -1);
            Target target = switch (parts.length) {
                case 1 -> new Target("", parts[0], "");
                case 2 -> new Target("", parts[0], parts[1]);
                case 3 -> new Target(parts[0], parts[1], parts[2]);
                default -> null;
            };
            if (target != null && !target.name().isEmpty() && SCHEMES.contains(target.scheme())) return target;
            String kind = resource.resource().substring(0, resource.resource().length() - 1);
            throw ApiException.badRequest("invalid %s request %s".formatted(kind, GoQuote.quote(text)));
        }
    }

    /**
     * The backend of a proxied request.
     *
     * @throws ApiException 400 for a malformed name, 404 if there is no such object, 503 if it has no endpoint
     */
    public Backend find(GroupVersionResource resource, String namespace, String name, String uri) {
        Target target = Target.parse(resource, name);
        return switch (resource.resource()) {
            case "nodes" -> node(target, uri);
            case "pods" -> pod(resource, namespace, target, uri);
            default -> service(resource, namespace, target, uri);
        };
    }

    private Backend node(Target target, String uri) {
        KubeletAddress kubelet = KubeletAddress.ofNode(objects, target.name());
        if (target.port().isEmpty() || target.port().equals(Integer.toString(kubelet.port()))) {
            return kubelet.backend(kubeletTls.get(), uri);
        }
        return new Backend(kubelet.host(), port(target.port()), tls(target), uri);
    }

    private Backend pod(GroupVersionResource resource, String namespace, Target target, String uri) {
        ApiObject pod = objects.get(resource, namespace, target.name())
                .orElseThrow(() -> ApiException.notFound(resource, target.name()));
        Map<String, Object> tree = pod.tree();
        String address = Trees.string(tree, "status", "podIP");
        if (address == null || address.isEmpty()) {
            throw ApiException.badRequest("address not allowed");
        }
        if (!isProxyable(address)) {
            throw ApiException.badRequest("address not allowed");
        }
        int port = target.port().isEmpty() ? firstContainerPort(tree) : port(target.port());
        return new Backend(address, port, tls(target), uri);
    }

    /** Whoever may write the status of a Pod must not reach what listens on this machine only. */
    private static boolean isProxyable(String address) {
        if (!address.matches("[0-9a-fA-F:.]+")) return false;
        try {
            InetAddress ip = InetAddress.getByName(address);
            return !ip.isLoopbackAddress() && !ip.isLinkLocalAddress() && !ip.isMCLinkLocal() && !ip.isMCNodeLocal();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static int firstContainerPort(Map<String, Object> pod) {
        for (Object container : Trees.list(pod, "spec", "containers")) {
            if (container instanceof Map<?, ?> map
                    && map.get("ports") instanceof List<?> ports
                    && !ports.isEmpty()
                    && ports.getFirst() instanceof Map<?, ?> first
                    && first.get("containerPort") instanceof Number number) {
                return number.intValue();
            }
        }
        return 80;
    }

    private Backend service(GroupVersionResource resource, String namespace, Target target, String uri) {
        ApiObject service = objects.get(resource, namespace, target.name())
                .orElseThrow(() -> ApiException.notFound(resource, target.name()));
        String portName = portName(service, target);
        List<Backend> ready = new ArrayList<>();
        for (ApiObject slice : objects.list(SLICES, namespace)) {
            if (target.name().equals(slice.labels().get(SERVICE_LABEL))) {
                addEndpoints(ready, namespace, slice.tree(), portName, tls(target), uri);
            }
        }
        if (ready.isEmpty()) {
            throw ApiException.unavailable("no endpoints available for service \"%s\"".formatted(target.name()));
        }
        return ready.get(ThreadLocalRandom.current().nextInt(ready.size()));
    }

    /** A Service's port by name or number; its name is what the endpoints know it by. */
    private static String portName(ApiObject service, Target target) {
        List<Object> ports = Trees.list(service.tree(), "spec", "ports");
        for (Object entry : ports) {
            if (entry instanceof Map<?, ?> port) {
                String name = port.get("name") instanceof String s ? s : "";
                boolean only = target.port().isEmpty() && ports.size() == 1;
                if (only || target.port().equals(name) || target.port().equals(String.valueOf(port.get("port")))) {
                    return name;
                }
            }
        }
        throw ApiException.unavailable(
                "no service port %s found for service \"%s\"".formatted(shown(target.port()), target.name()));
    }

    private void addEndpoints(
            List<Backend> found,
            String namespace,
            Map<String, Object> slice,
            String portName,
            SslContext tls,
            String uri) {
        for (Object entry : Trees.list(slice, "ports")) {
            if (entry instanceof Map<?, ?> port
                    && portName.equals(port.get("name") instanceof String s ? s : "")
                    && port.get("port") instanceof Number number) {
                for (Object item : Trees.list(slice, "endpoints")) {
                    if (item instanceof Map<?, ?> endpoint && isReady(endpoint)) {
                        for (Object address : Trees.list(endpoint, "addresses")) {
                            if (isOfPod(namespace, endpoint, String.valueOf(address))) {
                                found.add(new Backend(String.valueOf(address), number.intValue(), tls, uri));
                            }
                        }
                    }
                }
            }
        }
    }

    /** Only addresses of the Service's own Pods are dialled, or an endpoint could lead anywhere. */
    private boolean isOfPod(String namespace, Map<?, ?> endpoint, String address) {
        String name = Trees.string(endpoint, "targetRef", "name");
        String where = Trees.string(endpoint, "targetRef", "namespace");
        if (name == null || !"Pod".equals(Trees.string(endpoint, "targetRef", "kind")) || !namespace.equals(where)) {
            return false;
        }
        return objects.get(PODS, namespace, name)
                .map(pod -> Trees.list(pod.tree(), "status", "podIPs").stream()
                        .anyMatch(ip -> address.equals(Trees.string(ip, "ip"))))
                .orElse(false);
    }

    private static boolean isReady(Map<?, ?> endpoint) {
        return !(endpoint.get("conditions") instanceof Map<?, ?> conditions)
                || !Boolean.FALSE.equals(conditions.get("ready"));
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            if (port > 0 && port < 65536) {
                return port;
            }
        } catch (NumberFormatException e) {
            throw ApiException.badRequest("invalid port \"%s\"".formatted(text));
        }
        throw ApiException.badRequest("invalid port \"%s\"".formatted(text));
    }

    /** Upstream does not check the certificates of proxied Pods and Services either: nobody could have signed them. */
    private static SslContext tls(Target target) {
        if (!target.scheme().equals("https")) {
            return null;
        }
        try {
            return SslContextBuilder.forClient()
                    .trustManager(InsecureTrustManagerFactory.INSTANCE)
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException("TLS client: " + e.getMessage(), e);
        }
    }
}
