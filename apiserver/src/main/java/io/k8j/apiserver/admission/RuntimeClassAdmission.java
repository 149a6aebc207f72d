package io.k8j.apiserver.admission;

import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.GoQuote;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Adds what a runtime class costs and where its Pods may run. */
record RuntimeClassAdmission(ObjectReader reader) implements AdmissionPlugin {
    private static final GroupVersionResource CLASSES = new GroupVersionResource("node.k8s.io", "v1", "runtimeclasses");

    @Override
    public String name() {
        return "RuntimeClass";
    }

    @Override
    public boolean handles(AdmissionRequest request) {
        return Ask.isFor(request, "pods", Operation.CREATE);
    }

    private Place found(AdmissionRequest request) {
        String name = Ask.object(request).at("spec", "runtimeClassName").text();
        if (name.isEmpty()) {
            return null;
        }
        return reader.get(CLASSES, "", name)
                .map(Ask::tree)
                .orElseThrow(() ->
                        Ask.forbidden(request, "pod rejected: RuntimeClass " + GoQuote.quote(name) + " not found"));
    }

    @Override
    public void mutate(AdmissionRequest request) {
        Place runtime = found(request);
        if (runtime == null) {
            return;
        }
        Map<String, Object> spec = Trees.map(request.object(), "spec");
        Place overhead = runtime.at("overhead", "podFixed");
        if (!overhead.isEmpty()) {
            Place own = Ask.object(request).at("spec", "overhead");
            if (!own.isEmpty() && !Trees.deepEquals(own.value(), overhead.value())) {
                throw Ask.forbidden(
                        request, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
            }
            spec.put("overhead", Trees.deepCopy(overhead.value()));
        }
        schedule(request, spec, runtime.field("scheduling"));
    }

    private static void schedule(AdmissionRequest request, Map<String, Object> spec, Place scheduling) {
        Map<String, Object> selector = new LinkedHashMap<>(Trees.map(spec, "nodeSelector"));
        scheduling.field("nodeSelector").map().forEach((key, value) -> {
            Object own = selector.putIfAbsent(key, value);
            if (own != null && !own.equals(value)) {
                throw Ask.forbidden(
                        request,
                        "conflict: runtimeClass.scheduling.nodeSelector[%s] = %s; pod.spec.nodeSelector[%s] = %s"
                                .formatted(key, value, key, own));
            }
        });
        if (!selector.isEmpty()) {
            spec.put("nodeSelector", selector);
        }
        List<Object> tolerations = new ArrayList<>(Trees.list(spec, "tolerations"));
        for (Object toleration : scheduling.field("tolerations").list()) tolerations.add(Trees.deepCopy(toleration));
        if (!tolerations.isEmpty()) {
            spec.put("tolerations", PodTolerations.merged(tolerations));
        }
    }

    @Override
    public void validate(AdmissionRequest request) {
        Place runtime = found(request);
        boolean priced = runtime != null && !runtime.at("overhead", "podFixed").isEmpty();
        if (!priced && Ask.object(request).at("spec", "overhead").present()) {
            throw Ask.forbidden(
                    request, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
        }
    }
}
