package io.k8j.apiserver.admission;

import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.quantity.Quantity;
import io.k8j.model.resource.GroupVersionResource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Refuses a new size that the Pod's node can never give. */
record PodResizeValidator(ObjectReader reader) implements AdmissionPlugin {
    private static final GroupVersionResource NODES = new GroupVersionResource("", "v1", "nodes");

    @Override
    public String name() {
        return "PodResizeValidator";
    }

    @Override
    public boolean handles(AdmissionRequest request) {
        return Ask.isFor(request, "pods", "resize", Operation.UPDATE);
    }

    @Override
    public void validate(AdmissionRequest request) {
        Place pod = Ask.object(request);
        String name = pod.at("spec", "nodeName").text();
        boolean same = pod.at("metadata", "generation").number(0)
                == Ask.old(request).at("metadata", "generation").number(0);
        if (name.isEmpty() || same) return;
        ApiObject node = reader.get(NODES, "", name)
                .orElseThrow(() -> Ask.forbidden(request, "node \"" + name + "\" not found"));
        Map<String, Quantity> asked = PodAmounts.ofSpec(pod.field("spec"), "requests");
        PodAmounts.of(pod.at("spec", "overhead"))
                .forEach((resource, amount) -> asked.merge(resource, amount, Quantity::add));
        Map<String, Quantity> given = PodAmounts.of(Ask.tree(node).at("status", "allocatable"));
        List<String> lacking = new ArrayList<>();
        long cpu = asked.getOrDefault("cpu", Quantity.ZERO).milliValue();
        long cpuGiven = given.getOrDefault("cpu", Quantity.ZERO).milliValue();
        if (cpu > cpuGiven) lacking.add("cpu, requested: %d, allocatable: %d".formatted(cpu, cpuGiven));
        long memory = asked.getOrDefault("memory", Quantity.ZERO).value();
        long memoryGiven = given.getOrDefault("memory", Quantity.ZERO).value();
        if (memory > memoryGiven) lacking.add("memory, requested: %d, allocatable: %d".formatted(memory, memoryGiven));
        if (!lacking.isEmpty()) {
            throw refused(
                    request,
                    "NodeCapacity",
                    "Node didn't have enough allocatable resources: " + String.join("; ", lacking));
        }
        String system = node.labels().getOrDefault("kubernetes.io/os", "");
        if (!system.equals("linux")) {
            throw refused(
                    request,
                    "UnsupportedPlatform",
                    "pod resize is only supported on linux nodes, node \"%s\" is \"%s\"".formatted(name, system));
        }
    }

    private static ApiException refused(AdmissionRequest request, String cause, String why) {
        ApiException plain = Ask.forbidden(request, why);
        Map<String, Object> details = new LinkedHashMap<>(plain.details());
        details.put("causes", new ArrayList<>(List.of(new LinkedHashMap<>(Map.of("reason", cause)))));
        return new ApiException(plain.code(), plain.reason(), plain.getMessage(), details);
    }
}
