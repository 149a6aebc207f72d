package io.k8j.client.https;

import io.k8j.client.ResourceCatalog;
import io.k8j.model.api.ApiObject;
import io.k8j.model.resource.GroupVersionResource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Asks a server over HTTPS which resources it has. Each call asks anew. */
public final class DiscoveryCatalog implements ResourceCatalog {
    private final HttpsTransport transport;

    public DiscoveryCatalog(HttpsTransport transport) {
        this.transport = transport;
    }

    @Override
    public List<Entry> resources() {
        List<Entry> entries = new ArrayList<>();
        read("/api/v1", "", "v1", entries);
        Map<String, Object> groups = document("/apis");
        for (Object group : list(groups.get("groups"))) {
            if (!(group instanceof Map<?, ?> map)) {
                continue;
            }
            String name = String.valueOf(map.get("name"));
            String preferred =
                    map.get("preferredVersion") instanceof Map<?, ?> p ? String.valueOf(p.get("version")) : "";
            List<String> versions = new ArrayList<>(List.of(preferred));
            for (Object version : list(map.get("versions"))) {
                if (version instanceof Map<?, ?> v && !preferred.equals(v.get("version"))) {
                    versions.add(String.valueOf(v.get("version")));
                }
            }
            // A resource may be missing from the preferred version; then the first other one that has it counts.
            versions.forEach(version -> read("/apis/" + name + "/" + version, name, version, entries));
        }
        return List.copyOf(entries);
    }

    private void read(String path, String group, String version, List<Entry> entries) {
        Set<String> known = new HashSet<>();
        entries.stream()
                .filter(entry -> entry.resource().group().equals(group))
                .forEach(entry -> known.add(entry.resource().resource()));
        for (Object resource : list(document(path).get("resources"))) {
            if (resource instanceof Map<?, ?> map) {
                String name = String.valueOf(map.get("name"));
                if (name.indexOf('/') < 0 && known.add(name)) {
                    Set<String> verbs = new HashSet<>();
                    list(map.get("verbs")).forEach(verb -> verbs.add(String.valueOf(verb)));
                    entries.add(new Entry(
                            new GroupVersionResource(group, version, name),
                            String.valueOf(map.get("kind")),
                            Boolean.TRUE.equals(map.get("namespaced")),
                            Set.copyOf(verbs)));
                }
            }
        }
    }

    private Map<String, Object> document(String path) {
        byte[] json = transport.document(path);
        return json.length == 0 ? Map.of() : ApiObject.ofJson(json).tree();
    }

    private static List<?> list(Object value) {
        return value instanceof List<?> list ? list : List.of();
    }
}
