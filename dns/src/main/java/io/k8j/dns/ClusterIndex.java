package io.k8j.dns;

import io.k8j.client.ObjectKey;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The Services by name and by address. Reads never block; writes are one at a time. */
final class ClusterIndex {
    private final ConcurrentMap<String, ServiceEntry> services = new ConcurrentHashMap<>();
    private final ConcurrentMap<InetAddress, Map<ObjectKey, Set<String>>> names = new ConcurrentHashMap<>();
    private final Set<String> namespaces = ConcurrentHashMap.newKeySet();

    /** Replaces what is known of a Service; {@code entry} is null when it is gone. */
    synchronized void put(ObjectKey key, ServiceEntry entry) {
        ServiceEntry before = entry == null ? services.remove(key.toString()) : services.put(key.toString(), entry);
        Map<InetAddress, Set<String>> now = pointers(entry);
        for (InetAddress address : pointers(before).keySet()) {
            if (now.containsKey(address)) continue;
            names.computeIfPresent(address, (a, owners) -> {
                Map<ObjectKey, Set<String>> rest = new HashMap<>(owners);
                rest.remove(key);
                return rest.isEmpty() ? null : Map.copyOf(rest);
            });
        }
        now.forEach((address, pointers) -> names.compute(address, (a, owners) -> {
            Map<ObjectKey, Set<String>> all = owners == null ? new HashMap<>() : new HashMap<>(owners);
            all.put(key, pointers);
            return Map.copyOf(all);
        }));
    }

    /** Names, below the zone, to which addresses point back. */
    private static Map<InetAddress, Set<String>> pointers(ServiceEntry entry) {
        Map<InetAddress, Set<String>> pointers = new HashMap<>();
        if (entry == null) return pointers;
        String service = entry.name() + "." + entry.namespace() + ".svc";
        for (InetAddress address : entry.addresses()) {
            pointers.computeIfAbsent(address, a -> new LinkedHashSet<>()).add(service);
        }
        if (entry.headless()) {
            for (ServiceEntry.Member member : entry.endpoints()) {
                pointers.computeIfAbsent(member.address(), a -> new LinkedHashSet<>())
                        .add(member.label() + "." + service);
            }
        }
        return pointers;
    }

    void addNamespace(String name) {
        namespaces.add(name);
    }

    void removeNamespace(String name) {
        namespaces.remove(name);
    }

    boolean hasNamespace(String name) {
        return namespaces.contains(name);
    }

    /** The Service, or null. */
    ServiceEntry service(String namespace, String name) {
        return services.get(namespace + "/" + name);
    }

    /** Names below the zone that an address points back to, sorted. */
    List<String> namesOf(InetAddress address) {
        return names.getOrDefault(address, Map.of()).values().stream()
                .flatMap(Set::stream)
                .distinct()
                .sorted()
                .toList();
    }
}
