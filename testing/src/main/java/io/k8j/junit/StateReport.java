package io.k8j.junit;

import io.k8j.apiserver.resource.ServedResource;
import io.k8j.client.Client;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.Verb;
import io.k8j.model.resource.GroupResource;
import io.k8j.model.resource.GroupVersionResource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** What a developer wants to see of the cluster when a test has failed. */
final class StateReport {
    private static final int LONGEST_STATUS = 2000;
    private static final Set<String> DULL =
            Set.of("events", "serviceaccounts", "endpoints", "endpointslices", "leases", "controllerrevisions");

    private final K8jCluster cluster;
    private final Client client;
    private final StringBuilder text = new StringBuilder();

    private StateReport(K8jCluster cluster) {
        this.cluster = cluster;
        this.client = cluster.client();
    }

    /** Nodes, events and objects of one namespace, as text. */
    static String of(K8jCluster cluster, String namespace, String test) {
        StateReport report = new StateReport(cluster);
        report.text
                .append("k8j: state of the cluster after '")
                .append(test)
                .append("' failed, namespace ")
                .append(namespace)
                .append('\n');
        report.nodes();
        report.events(namespace);
        report.objects(namespace);
        return report.text.toString();
    }

    private List<ApiObject> list(GroupVersionResource resource, String namespace) {
        return client.transport()
                .call(new ApiCall(Verb.LIST, resource, namespace, "", "", Map.of(), null, null))
                .list()
                .items();
    }

    private void nodes() {
        for (ApiObject node : list(new GroupVersionResource("", "v1", "nodes"), "")) {
            text.append("  Node ").append(node.name()).append(": ");
            if (node.tree().get("status") instanceof Map<?, ?> status
                    && status.get("conditions") instanceof List<?> conditions) {
                conditions.stream()
                        .filter(Map.class::isInstance)
                        .map(Map.class::cast)
                        .forEach(c -> text.append(c.get("type"))
                                .append('=')
                                .append(c.get("status"))
                                .append(' '));
            }
            text.append('\n');
        }
    }

    private void events(String namespace) {
        List<ApiObject> events = new ArrayList<>(list(new GroupVersionResource("", "v1", "events"), namespace));
        events.sort(Comparator.comparing(StateReport::time));
        text.append("  Events: ").append(events.size()).append('\n');
        for (ApiObject event : events) {
            Map<String, Object> tree = event.tree();
            Map<?, ?> about = tree.get("involvedObject") instanceof Map<?, ?> map ? map : Map.of();
            text.append("    %s %s %s %s/%s: %s%n"
                    .formatted(
                            time(event),
                            tree.get("type"),
                            tree.get("reason"),
                            about.get("kind"),
                            about.get("name"),
                            tree.get("message")));
        }
    }

    /** When it was seen last. */
    private static String time(ApiObject event) {
        return Stream.of("lastTimestamp", "eventTime", "firstTimestamp")
                .map(field -> event.tree().get(field))
                .filter(String.class::isInstance)
                .map(String.class::cast)
                .findFirst()
                .orElse("");
    }

    private void objects(String namespace) {
        Set<GroupResource> seen = new HashSet<>();
        for (ServedResource served : cluster.core().table().all()) {
            GroupVersionResource gvr = served.gvr();
            if (!served.info().namespaced()
                    || !served.info().verbs().contains("list")
                    || DULL.contains(gvr.resource())
                    || !seen.add(new GroupResource(gvr.group(), gvr.resource()))) {
                continue;
            }
            try {
                list(gvr, namespace).forEach(this::object);
            } catch (ApiException e) {
                text.append("  ")
                        .append(gvr.resource())
                        .append(": ")
                        .append(e.getMessage())
                        .append('\n');
            }
        }
    }

    private void object(ApiObject object) {
        if (object.kind().equals("ConfigMap") && object.name().equals("kube-root-ca.crt")) {
            return;
        }
        text.append("  ").append(object.kind()).append(' ').append(object.name());
        if (object.deletionTimestamp() != null) {
            text.append(" (being deleted)");
        }
        Object status = object.tree().get("status");
        if (status != null) {
            String json = ApiObject.writeJson(status);
            text.append(": ").append(json, 0, Math.min(json.length(), LONGEST_STATUS));
        }
        text.append('\n');
    }
}
