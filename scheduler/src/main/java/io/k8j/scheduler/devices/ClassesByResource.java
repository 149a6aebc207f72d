package io.k8j.scheduler.devices;

import io.fabric8.kubernetes.api.model.resource.v1.DeviceClass;
import io.k8j.client.Informer;
import io.k8j.scheduler.framework.Nodes;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.ResourceNames;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Which DeviceClasses stand for extended resources. Belongs to the scheduling thread. */
public final class ClassesByResource {
    private static final String PREFIX = "deviceclass.resource.kubernetes.io/";

    private final Informer<DeviceClass> classes;
    private final Nodes nodes;
    private Map<String, String> byName = Map.of(); // class by resource

    ClassesByResource(Informer<DeviceClass> classes, Nodes nodes) {
        this.classes = classes;
        this.nodes = nodes;
    }

    /** Looks at all classes again. */
    void read() {
        Map<String, String> now = new HashMap<>();
        // Of two with one resource upstream takes the later one, of the same age the first by name.
        classes.all().stream()
                .sorted(Comparator.comparing((DeviceClass c) -> c.getMetadata().getCreationTimestamp())
                        .thenComparing(c -> c.getMetadata().getName(), Comparator.reverseOrder()))
                .forEach(c -> {
                    String resource = c.getSpec().getExtendedResourceName();
                    if (resource != null) {
                        now.put(resource, c.getMetadata().getName());
                    }
                    now.put(PREFIX + c.getMetadata().getName(), c.getMetadata().getName());
                });
        if (!now.equals(byName)) {
            byName = now;
            nodes.allChanged(); // plugins that judge by nodes alone look at this, too
        }
    }

    /** Whether devices stand for the resource. */
    public boolean has(int resource) {
        return !byName.isEmpty() && byName.containsKey(nodes.names().name(resource));
    }

    /** Those resources that a Pod asks for and devices stand for, with their classes; empty for almost all Pods. */
    public SortedMap<String, String> of(PodInfo pod) {
        if (byName.isEmpty()) {
            return Collections.emptySortedMap();
        }
        SortedMap<String, String> found = Collections.emptySortedMap();
        for (int resource : pod.resources()) {
            if (resource > ResourceNames.EPHEMERAL_STORAGE && has(resource)) {
                String name = nodes.names().name(resource);
                found = found.isEmpty() ? new TreeMap<>() : found;
                found.put(name, byName.get(name));
            }
        }
        return found;
    }
}
