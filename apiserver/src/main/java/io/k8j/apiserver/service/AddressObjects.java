package io.k8j.apiserver.service;

import io.k8j.apiserver.cache.CachedObject;
import io.k8j.apiserver.meta.SystemFields;
import io.k8j.apiserver.resource.StoredResource;
import io.k8j.apiserver.verb.ObjectEditor;
import io.k8j.model.api.ApiException;
import io.k8j.model.apply.ManagedFields;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.schema.Canonical;
import io.k8j.model.schema.Schema;
import io.k8j.model.schema.Schemas;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps an IPAddress for each address that a Service has. They inform; the Services themselves decide who has what. */
final class AddressObjects {
    private static final Logger LOG = LoggerFactory.getLogger(AddressObjects.class);
    private static final String MANAGED_BY = "ipaddress.kubernetes.io/managed-by";
    private static final GroupVersionKind KIND = new GroupVersionKind("networking.k8s.io", "v1", "IPAddress");
    private static final String MANAGER = "ipallocator.k8s.io";

    private final StoredResource addresses;
    private final ObjectEditor editor;
    private final InstantSource clock;

    AddressObjects(StoredResource addresses, ObjectEditor editor, InstantSource clock) {
        this.addresses = addresses;
        this.editor = editor;
        this.clock = clock;
    }

    void add(String address, String namespace, String service) {
        Map<String, Object> labels = new LinkedHashMap<>();
        labels.put("ipaddress.kubernetes.io/ip-family", "IPv4");
        labels.put(MANAGED_BY, MANAGER);
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("name", address);
        metadata.put("labels", labels);
        SystemFields.fill(metadata, clock.instant());
        Map<String, Object> parent = new LinkedHashMap<>();
        parent.put("resource", "services");
        parent.put("namespace", namespace);
        parent.put("name", service);
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("kind", "IPAddress");
        tree.put("apiVersion", "networking.k8s.io/v1");
        tree.put("metadata", metadata);
        tree.put("spec", new LinkedHashMap<>(Map.of("parentRef", parent)));
        Schema schema = Schemas.kind(KIND);
        Map<String, Object> nothing = Canonical.of(schema, new LinkedHashMap<>());
        metadata.put(
                "managedFields",
                ManagedFields.afterUpdate(
                        nothing,
                        Canonical.of(schema, tree),
                        schema,
                        "kube-apiserver",
                        KIND.apiVersion(),
                        "",
                        clock.instant(),
                        null));
        try {
            editor.create(addresses, address, tree);
        } catch (ApiException e) {
            LOG.atWarn()
                    .addKeyValue("address", address)
                    .setCause(e)
                    .log("IPAddress not written, repaired at next start");
        }
    }

    /** Whether there is an IPAddress that is nobody's but its maker's: upstream gives such an address to no Service. */
    boolean isReserved(String address) {
        CachedObject object = addresses.cache().get(address);
        return object != null && !isOurs(object);
    }

    private static boolean isOurs(CachedObject object) {
        return MANAGER.equals(Trees.string(Json.parse(object.object().json()), "metadata", "labels", MANAGED_BY));
    }

    void remove(String address) {
        try {
            editor.remove(addresses, address);
        } catch (ApiException e) {
            LOG.atWarn()
                    .addKeyValue("address", address)
                    .setCause(e)
                    .log("IPAddress not removed, repaired at next start");
        }
    }

    boolean isMissing(String address) {
        return addresses.cache().get(address) == null;
    }

    /** Addresses of the objects that this class has made. */
    List<String> ours() {
        List<String> ours = new ArrayList<>();
        addresses.cache().snapshot().objects().visit("", null, (CachedObject object) -> {
            if (isOurs(object)) ours.add(object.key());
            return true;
        });
        return ours;
    }
}
