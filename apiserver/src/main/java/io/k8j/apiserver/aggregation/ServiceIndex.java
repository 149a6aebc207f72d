package io.k8j.apiserver.aggregation;

import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.model.api.ApiObject;
import io.k8j.model.resource.GroupVersionResource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The group versions that other servers serve, as the APIServices say at the moment. Safe for all threads. */
final class ServiceIndex {
    static final GroupVersionResource API_SERVICES =
            new GroupVersionResource("apiregistration.k8s.io", "v1", "apiservices");

    private volatile Map<String, RemoteService> byName = Map.of();
    private volatile Map<String, RemoteService> byGroupVersion = Map.of();

    /** Reads what there is and follows changes. */
    void start(ObjectReader reader) {
        reader.onChange(API_SERVICES, change -> update(change.object(), change.deleted()));
        for (ApiObject service : reader.list(API_SERVICES, "")) update(service, false);
    }

    private synchronized void update(ApiObject object, boolean deleted) {
        RemoteService service = deleted ? null : RemoteService.of(object.tree());
        if (service == null && !byName.containsKey(object.name())) return;
        Map<String, RemoteService> names = new HashMap<>(byName);
        if (service == null) names.remove(object.name());
        else names.put(object.name(), service);
        Map<String, RemoteService> versions = new HashMap<>();
        for (RemoteService each : names.values()) versions.put(each.groupVersion(), each);
        byName = Map.copyOf(names);
        byGroupVersion = Map.copyOf(versions);
    }

    List<RemoteService> all() {
        return new ArrayList<>(byName.values());
    }

    /** The service by the name of its APIService, or null. */
    RemoteService named(String name) {
        return byName.get(name);
    }

    /** Who serves a group version; null if this server does. */
    RemoteService of(String group, String version) {
        Map<String, RemoteService> known = byGroupVersion;
        return known.isEmpty() ? null : known.get(group + "/" + version);
    }
}
