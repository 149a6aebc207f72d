package io.k8j.apiserver.bootstrap;

import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Creates the objects without which a cluster is none; what exists stays as it is, but for the server's own address. */
public final class Bootstrap {
    private static final GroupVersionResource NAMESPACES = new GroupVersionResource("", "v1", "namespaces");
    private static final GroupVersionResource SERVICES = new GroupVersionResource("", "v1", "services");
    private static final GroupVersionResource ENDPOINTS = new GroupVersionResource("", "v1", "endpoints");
    private static final GroupVersionResource SLICES =
            new GroupVersionResource("discovery.k8s.io", "v1", "endpointslices");
    private static final GroupVersionResource CIDRS =
            new GroupVersionResource("networking.k8s.io", "v1", "servicecidrs");
    private static final GroupVersionResource PRIORITIES =
            new GroupVersionResource("scheduling.k8s.io", "v1", "priorityclasses");

    private static final GroupVersionResource CONFIG_MAPS = new GroupVersionResource("", "v1", "configmaps");
    private static final String TRACKING = "kube-apiserver-legacy-service-account-token-tracking";

    private final Function<ApiCall, ApiResponse> api;
    private final InstantSource clock;

    /** @param api the server, with all rights */
    public Bootstrap(Function<ApiCall, ApiResponse> api, InstantSource clock) {
        this.api = api;
        this.clock = clock;
    }

    /**
     * Creates what is missing.
     *
     * @param serviceRange addresses of Services
     * @param serviceAddress the address of the Service {@code kubernetes}
     * @param serverAddress where Pods reach the server; a loopback address is none, the Service then has no endpoints
     */
    public void run(String serviceRange, String serviceAddress, String serverAddress, int serverPort) {
        for (String name : List.of("default", "kube-system", "kube-public", "kube-node-lease")) {
            ensure(NAMESPACES, "", name, "{'metadata':{'name':'%s'}}".formatted(name));
        }
        priorityClass(
                "system-node-critical",
                2000001000,
                "Used for system critical pods that must not be moved from" + " their current node.");
        priorityClass(
                "system-cluster-critical",
                2000000000,
                "Used for system critical pods that must run in the"
                        + " cluster, but can be moved to another node if necessary.");
        // Since when the use of legacy tokens is noted, for whoever cleans them away.
        ensure(
                CONFIG_MAPS,
                "kube-system",
                TRACKING,
                "{'metadata':{'name':'%s'},'data':{'since':'%s'}}"
                        .formatted(
                                TRACKING,
                                clock.instant().atOffset(ZoneOffset.UTC).toLocalDate()));
        serviceCidr(serviceRange);
        ensure(
                SERVICES,
                "default",
                "kubernetes",
                ("{'metadata':{'name':'kubernetes','labels':{'component':'apiserver','provider':'kubernetes'}},'spec':{"
                                + "'clusterIP':'%s','type':'ClusterIP','sessionAffinity':'None','ports':[{'name':'https',"
                                + "'port':443,'protocol':'TCP','targetPort':%d}]}}")
                        .formatted(serviceAddress, serverPort));
        if (!serverAddress.startsWith("127.") && !serverAddress.equals("0.0.0.0")) {
            endpoints(serverAddress, serverPort);
        }
    }

    private void priorityClass(String name, long value, String description) {
        ensure(
                PRIORITIES,
                "",
                name,
                "{'metadata':{'name':'%s'},'value':%d,'description':'%s'}".formatted(name, value, description));
    }

    private void serviceCidr(String range) {
        ensure(CIDRS, "", "kubernetes", "{'metadata':{'name':'kubernetes'},'spec':{'cidrs':['%s']}}".formatted(range));
        Map<String, Object> cidr = get(CIDRS, "", "kubernetes");
        if (!Trees.list(cidr, "status", "conditions").isEmpty()) return;
        Map<String, Object> ready = new LinkedHashMap<>();
        ready.put("type", "Ready");
        ready.put("status", "True");
        ready.put("reason", "");
        ready.put("message", "Kubernetes default Service CIDR is ready");
        ready.put("lastTransitionTime", Trees.get(cidr, "metadata", "creationTimestamp"));
        Trees.set(cidr, List.of(ready), "status", "conditions");
        send(Verb.UPDATE, CIDRS, "", "kubernetes", "status", cidr);
    }

    private void endpoints(String address, int port) {
        replace(
                ENDPOINTS,
                "subsets",
                ("{'metadata':{'name':'kubernetes','labels':{'endpointslice.kubernetes.io/skip-mirror':'true'}},"
                                + "'subsets':[{'addresses':[{'ip':'%s'}],'ports':[{'name':'https','port':%d,'protocol':"
                                + "'TCP'}]}]}")
                        .formatted(address, port));
        replace(
                SLICES,
                "endpoints",
                ("{'metadata':{'name':'kubernetes','labels':{'kubernetes.io/service-name':'kubernetes'}},'addressType':"
                                + "'IPv4','endpoints':[{'addresses':['%s'],'conditions':{'ready':true}}],'ports':[{'name':"
                                + "'https','port':%d,'protocol':'TCP'}]}")
                        .formatted(address, port));
    }

    /** Creates an object of namespace default, or brings its addresses up to date. */
    private void replace(GroupVersionResource resource, String field, String json) {
        if (ensure(resource, "default", "kubernetes", json)) return;
        Map<String, Object> wanted = tree(json);
        Map<String, Object> known = get(resource, "default", "kubernetes");
        for (String part : List.of(field, "ports")) {
            if (wanted.containsKey(part)) known.put(part, wanted.get(part));
        }
        send(Verb.UPDATE, resource, "default", "kubernetes", "", known);
    }

    /** Whether it was missing. */
    private boolean ensure(GroupVersionResource resource, String namespace, String name, String json) {
        try {
            get(resource, namespace, name);
            return false;
        } catch (ApiException e) {
            if (!e.isNotFound()) throw e;
        }
        try {
            send(Verb.CREATE, resource, namespace, "", "", tree(json));
            return true;
        } catch (ApiException e) {
            if (e.isAlreadyExists()) return false; // another server of this cluster was faster
            throw e;
        }
    }

    private Map<String, Object> get(GroupVersionResource resource, String namespace, String name) {
        return Json.parseObject(
                send(Verb.GET, resource, namespace, name, "", null).object().json());
    }

    private ApiResponse send(
            Verb verb, GroupVersionResource resource, String namespace, String name, String subresource, Object body) {
        return api.apply(new ApiCall(verb, resource, namespace, name, subresource, Map.of(), null, body));
    }

    private static Map<String, Object> tree(String json) {
        return Json.parseObject(json.replace('\'', '"'));
    }
}
