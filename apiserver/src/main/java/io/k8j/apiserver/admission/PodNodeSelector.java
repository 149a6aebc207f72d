package io.k8j.apiserver.admission;

import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.json.Trees;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Pods get the node selector of their namespace, or the cluster's. */
final class PodNodeSelector implements AdmissionPlugin {
    private static final String ANNOTATION = "scheduler.alpha.kubernetes.io/node-selector";
    private static final String DEFAULT = "clusterDefaultNodeSelector";

    private final ObjectReader reader;
    private final Map<String, Map<String, String>> selectors = new LinkedHashMap<>();

    /**
     * @param settings text selectors by namespace; {@code clusterDefaultNodeSelector} holds where a namespace says nothing
     * @throws IllegalArgumentException if one is wrong
     */
    PodNodeSelector(ObjectReader reader, Map<String, String> settings) {
        this.reader = reader;
        settings.forEach((namespace, selector) -> selectors.put(namespace, parse(selector)));
    }

    @Override
    public String name() {
        return "PodNodeSelector";
    }

    @Override
    public boolean handles(AdmissionRequest request) {
        return Ask.isFor(request, "pods", Operation.CREATE);
    }

    @Override
    public void mutate(AdmissionRequest request) {
        Map<String, String> wanted = ofNamespace(request);
        Map<String, Object> own = Trees.map(request.object(), "spec", "nodeSelector");
        refuseConflict(request, wanted, own);
        if (!wanted.isEmpty()) {
            Map<String, Object> merged = new TreeMap<>(wanted);
            merged.putAll(own);
            Trees.set(request.object(), merged, "spec", "nodeSelector");
        }
        validate(request);
    }

    @Override
    public void validate(AdmissionRequest request) {
        Map<String, Object> own = Trees.map(request.object(), "spec", "nodeSelector");
        refuseConflict(request, ofNamespace(request), own);
        Map<String, String> allowed = selectors.getOrDefault(Ask.namespace(request), Map.of());
        if (!allowed.isEmpty() && !allowed.entrySet().containsAll(own.entrySet())) {
            throw Ask.forbidden(request, "pod node label selector labels conflict with its namespace whitelist");
        }
    }

    private static void refuseConflict(AdmissionRequest request, Map<String, String> wanted, Map<String, Object> own) {
        wanted.forEach((key, value) -> {
            if (own.containsKey(key) && !value.equals(own.get(key))) {
                throw Ask.forbidden(
                        request, "pod node label selector conflicts with its namespace node label selector");
            }
        });
    }

    private Map<String, String> ofNamespace(AdmissionRequest request) {
        String namespace = Ask.namespace(request);
        ApiObject found = reader.get(Ask.NAMESPACES, "", namespace)
                .orElseThrow(() -> ApiException.notFound(Ask.NAMESPACES, namespace));
        String own = Trees.string(found.tree(), "metadata", "annotations", ANNOTATION);
        if (own == null) return selectors.getOrDefault(DEFAULT, Map.of());
        try {
            return parse(own);
        } catch (IllegalArgumentException e) {
            throw Ask.forbidden(request, e.getMessage());
        }
    }

    private static Map<String, String> parse(String selector) {
        Map<String, String> labels = new TreeMap<>();
        if (selector.isEmpty()) return labels;
        for (String part : selector.split(",", -1)) {
            String[] pair = part.split("=", -1);
            if (pair.length != 2) throw new IllegalArgumentException("invalid selector: " + part);
            labels.put(pair[0].strip(), pair[1].strip());
        }
        return labels;
    }
}
