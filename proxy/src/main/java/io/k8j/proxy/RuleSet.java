package io.k8j.proxy;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The part of a table that changes with the Services. Immutable once published.
 *
 * @param chains rules of each chain, in order
 * @param elements of each map or set, the value for each key; the value is empty in sets
 * @param affinity names of the sets that remember clients
 */
record RuleSet(
        NavigableMap<String, List<String>> chains,
        NavigableMap<String, NavigableMap<String, String>> elements,
        SortedSet<String> affinity) {
    static final String SERVICE_IPS = "service-ips";
    static final String NODE_PORTS = "service-nodeports";
    static final String NO_ENDPOINT_IPS = "no-endpoint-services";
    static final String NO_ENDPOINT_NODE_PORTS = "no-endpoint-nodeports";
    static final String FIREWALL_IPS = "firewall-ips";
    static final String CLUSTER_IPS = "cluster-ips";

    static RuleSet empty() {
        return new RuleSet(new TreeMap<>(), new TreeMap<>(), new TreeSet<>());
    }

    void chain(String name, List<String> rules) {
        chains.put(name, rules);
    }

    /** The first one to claim a key keeps it: two Services may name the same external address. */
    void element(String map, String key, String value) {
        elements.computeIfAbsent(map, m -> new TreeMap<>()).putIfAbsent(key, value);
    }

    NavigableMap<String, String> of(String map) {
        return elements.getOrDefault(map, new TreeMap<>());
    }

    /** Everything of several sets, where the first wins. */
    static RuleSet merge(Collection<RuleSet> parts) {
        RuleSet all = empty();
        for (RuleSet part : parts) {
            part.chains.forEach(all.chains::putIfAbsent);
            for (Map.Entry<String, NavigableMap<String, String>> map : part.elements.entrySet()) {
                NavigableMap<String, String> into = all.elements.computeIfAbsent(map.getKey(), m -> new TreeMap<>());
                map.getValue().forEach(into::putIfAbsent);
            }
            all.affinity.addAll(part.affinity);
        }
        return all;
    }
}
