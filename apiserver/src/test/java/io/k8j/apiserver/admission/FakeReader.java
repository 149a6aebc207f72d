package io.k8j.apiserver.admission;

import io.k8j.apiserver.Yaml;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.model.api.ApiObject;
import io.k8j.model.resource.GroupVersionResource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Objects by resource, as the caches would show them. */
public final class FakeReader implements ObjectReader {
    private final Map<String, List<ApiObject>> objects = new LinkedHashMap<>();

    public FakeReader with(String resource, String yaml) {
        objects.computeIfAbsent(resource, r -> new ArrayList<>()).add(ApiObject.ofTree(Yaml.tree(yaml)));
        return this;
    }

    public synchronized void replace(String resource, Map<String, Object> tree) {
        ApiObject fresh = ApiObject.ofTree(tree);
        objects.get(resource).replaceAll(o -> o.name().equals(fresh.name()) ? fresh : o);
    }

    @Override
    public synchronized Optional<ApiObject> get(GroupVersionResource resource, String namespace, String name) {
        return list(resource, namespace).stream()
                .filter(o -> o.name().equals(name))
                .findFirst();
    }

    @Override
    public synchronized List<ApiObject> list(GroupVersionResource resource, String namespace) {
        return objects.getOrDefault(resource.qualified(), List.of()).stream()
                .filter(o -> namespace.isEmpty() || o.namespace().equals(namespace))
                .toList();
    }

    @Override
    public void onChange(GroupVersionResource resource, Consumer<Change> listener) {
        throw new UnsupportedOperationException("admission does not follow changes");
    }
}
