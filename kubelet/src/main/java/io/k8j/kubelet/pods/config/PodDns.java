package io.k8j.kubelet.pods.config;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.kubelet.cri.v1.DNSConfig;
import io.k8j.kubelet.pods.spec.ContainerRef;
import io.k8j.kubelet.pods.spec.NodeInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * How the processes of a Pod resolve names.
 *
 * @param config for the runtime, within what resolvers can take
 * @param warnings what had to be left out, as events tell it
 */
public record PodDns(DNSConfig config, List<String> warnings) {
    private static final int MAX_SERVERS = 3;
    private static final int MAX_SEARCHES = 32;
    private static final int MAX_SEARCH = 253;
    private static final int MAX_SEARCH_CHARS = 2048;

    /** What the Pod's resolv.conf says. */
    public static PodDns of(Pod pod, NodeInfo node) {
        List<String> servers = new ArrayList<>();
        List<String> searches = new ArrayList<>();
        Map<String, String> options = new LinkedHashMap<>();
        String policy = pod.getSpec().getDnsPolicy() == null
                ? "ClusterFirst"
                : pod.getSpec().getDnsPolicy();
        boolean cluster = policy.equals("ClusterFirstWithHostNet")
                || (policy.equals("ClusterFirst") && !SandboxConfigs.hostNetwork(pod));
        boolean none = policy.equals("None");
        if (!none) readResolvConf(node.resolvConf(), servers, searches, options);
        if (cluster && !node.clusterDns().isEmpty()) {
            servers = new ArrayList<>(node.clusterDns());
            String domain = node.clusterDomain();
            searches.addAll(0, List.of(pod.getMetadata().getNamespace() + ".svc." + domain, "svc." + domain, domain));
            options = new LinkedHashMap<>(Map.of("ndots", "5"));
        }
        if (pod.getSpec().getDnsConfig() != null) {
            var more = pod.getSpec().getDnsConfig();
            servers.addAll(ContainerRef.orEmpty(more.getNameservers()));
            searches.addAll(ContainerRef.orEmpty(more.getSearches()));
            for (var option : ContainerRef.orEmpty(more.getOptions())) {
                options.put(option.getName(), option.getValue() == null ? "" : option.getValue());
            }
        }
        List<String> warnings = new ArrayList<>();
        return new PodDns(
                DNSConfig.newBuilder()
                        .addAllServers(fewServers(List.copyOf(new LinkedHashSet<>(servers)), warnings))
                        .addAllSearches(shortSearches(List.copyOf(new LinkedHashSet<>(searches)), warnings))
                        .addAllOptions(options.entrySet().stream()
                                .map(o -> o.getValue().isEmpty() ? o.getKey() : o.getKey() + ":" + o.getValue())
                                .toList())
                        .build(),
                warnings);
    }

    private static List<String> fewServers(List<String> servers, List<String> warnings) {
        if (servers.size() <= MAX_SERVERS) return servers;
        List<String> some = servers.subList(0, MAX_SERVERS);
        warnings.add(
                "Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: "
                        + String.join(" ", some));
        return some;
    }

    private static List<String> shortSearches(List<String> searches, List<String> warnings) {
        List<String> some = new ArrayList<>();
        int length = 0;
        for (String search : searches.subList(0, Math.min(searches.size(), MAX_SEARCHES))) {
            if (search.length() > MAX_SEARCH) continue; // resolvers have crashed of those
            length += search.length() + (some.isEmpty() ? 0 : 1);
            if (length > MAX_SEARCH_CHARS) break;
            some.add(search);
        }
        if (some.size() < searches.size()) {
            warnings.add(
                    "Search Line limits were exceeded, some search paths have been omitted, the applied search line is: "
                            + String.join(" ", some));
        }
        return some;
    }

    private static void readResolvConf(
            Path file, List<String> servers, List<String> searches, Map<String, String> options) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            return; // a node without a resolver: upstream goes on with an empty one, too
        }
        for (String line : lines) {
            String[] words = line.strip().split("\\s+");
            if (words.length < 2) continue;
            List<String> values = List.of(words).subList(1, words.length);
            switch (words[0]) {
                case "nameserver" -> servers.add(values.getFirst());
                case "search", "domain" -> {
                    searches.clear();
                    searches.addAll(values);
                }
                case "options" ->
                    values.forEach(value -> {
                        int colon = value.indexOf(':');
                        options.put(
                                colon < 0 ? value : value.substring(0, colon),
                                colon < 0 ? "" : value.substring(colon + 1));
                    });
                default -> {}
            }
        }
    }
}
