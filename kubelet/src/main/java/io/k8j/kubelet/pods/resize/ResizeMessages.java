package io.k8j.kubelet.pods.resize;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.k8j.kubelet.pods.spec.ContainerRef;
import io.k8j.model.api.ApiObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What Events say of a Pod's resize: a few words, and the resources of all containers as JSON. */
final class ResizeMessages {
    private ResizeMessages() {}

    /**
     * Makes a message.
     *
     * @param pod with the resources that it is about
     * @param error left out if empty
     */
    static String text(String words, Pod pod, Long generation, String error) {
        Map<String, Object> summary = new LinkedHashMap<>();
        put(summary, "initContainers", ContainerRef.initOf(pod));
        put(summary, "containers", ContainerRef.appOf(pod));
        summary.put("generation", generation == null ? 0L : generation);
        if (!error.isEmpty()) summary.put("error", error);
        return words + ": " + ApiObject.writeJson(summary);
    }

    private static void put(Map<String, Object> summary, String name, List<ContainerRef> refs) {
        List<Map<String, Object>> containers = refs.stream()
                .map(ref -> {
                    Map<String, Object> one = new LinkedHashMap<>();
                    one.put("name", ref.name());
                    one.put("resources", resources(ref.container().getResources()));
                    return one;
                })
                .toList();
        if (!containers.isEmpty()) summary.put(name, containers);
    }

    private static Map<String, Object> resources(ResourceRequirements resources) {
        Map<String, Object> all = new LinkedHashMap<>();
        if (resources == null) return all;
        putAmounts(all, "limits", resources.getLimits());
        putAmounts(all, "requests", resources.getRequests());
        return all;
    }

    private static void putAmounts(Map<String, Object> all, String name, Map<String, Quantity> amounts) {
        if (amounts == null || amounts.isEmpty()) return;
        Map<String, Object> sorted = new TreeMap<>();
        amounts.forEach((resource, amount) -> sorted.put(resource, amount.toString()));
        all.put(name, sorted);
    }
}
