package io.k8j.apiserver.resource;

import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.resource.ResourceRegistry;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** What {@code --runtime-config} switches on and off: kinds of versions, then versions, then single resources. */
final class RuntimeConfig {
    private static final String ALL = "api/all";

    /** Which versions a word is for, in the order in which the words count. */
    private static final Map<String, Predicate<String>> KINDS = kinds();

    private final Map<String, Boolean> byKind = new LinkedHashMap<>();
    private final Map<String, Boolean> byVersion = new LinkedHashMap<>();
    private final Map<String, Boolean> byResource = new LinkedHashMap<>();

    private RuntimeConfig() {}

    private static Map<String, Predicate<String>> kinds() {
        Map<String, Predicate<String>> kinds = new LinkedHashMap<>();
        kinds.put(ALL, version -> true);
        kinds.put("api/ga", Pattern.compile("v\\d+").asMatchPredicate());
        kinds.put("api/beta", Pattern.compile("v\\d+beta\\d+").asMatchPredicate());
        kinds.put("api/alpha", Pattern.compile("v\\d+alpha\\d+").asMatchPredicate());
        return kinds;
    }

    /** @throws IllegalArgumentException with upstream's sentence */
    static RuntimeConfig of(Map<String, String> pairs) {
        if (pairs.size() == 1 && "false".equals(pairs.get(ALL))) {
            throw new IllegalArgumentException("invalid runtime-config with only api/all=false");
        }
        refuseUnknownGroups(pairs.keySet());
        RuntimeConfig config = new RuntimeConfig();
        pairs.forEach(config::read);
        return config;
    }

    private static void refuseUnknownGroups(Collection<String> keys) {
        TreeSet<String> unknown = new TreeSet<>();
        for (String key : keys) {
            if (KINDS.containsKey(key)) continue;
            String[] parts = key.split("/", -1);
            if (parts.length != 2 && parts.length != 3) {
                throw new IllegalArgumentException("runtime-config invalid key " + key);
            }
            if (!ResourceRegistry.known().groups().contains(parts[0])) unknown.add(parts[0] + "/" + parts[1]);
        }
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("unknown api groups " + String.join(",", unknown));
        }
    }

    private void read(String key, String value) {
        if (KINDS.containsKey(key)) {
            if (!value.equals("true") && !value.equals("false")) {
                throw new IllegalArgumentException("invalid value " + key + "=" + value);
            }
            byKind.put(key, value.equals("true"));
            return;
        }
        String[] parts = key.split("/");
        String apiVersion = parts[0] + "/" + parts[1];
        if (!ResourceRegistry.known().versions(parts[0]).contains(parts[1])) {
            throw new IllegalArgumentException("group version " + apiVersion + " that has not been registered");
        }
        boolean on = bool(key, value);
        if (parts.length == 2) {
            byVersion.put(apiVersion, on);
        } else if (!parts[2].equals(parts[2].toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException(
                    "invalid key %s: group/version/resource and resource is always lowercase plural, not \"%s\""
                            .formatted(key, parts[2]));
        } else {
            byResource.put(apiVersion + "/" + parts[2], on);
        }
    }

    private static boolean bool(String key, String value) {
        if (List.of("", "1", "t", "T", "true", "TRUE", "True").contains(value)) return true;
        if (List.of("0", "f", "F", "false", "FALSE", "False").contains(value)) return false;
        throw new IllegalArgumentException(
                "invalid value of %s: %s, err: strconv.ParseBool: parsing \"%s\": invalid syntax"
                        .formatted(key, value, value));
    }

    /** Whether a resource that is known is served, as far as this decides. */
    boolean serves(GroupVersionResource resource) {
        Boolean own = byResource.get(resource.apiVersion() + "/" + resource.resource());
        if (own != null) return own;
        Boolean version = byVersion.get(resource.apiVersion());
        if (version != null) return version;
        boolean on = !ResourceRegistry.known().isOptional(resource.apiVersion());
        for (Map.Entry<String, Predicate<String>> kind : KINDS.entrySet()) {
            Boolean said = byKind.get(kind.getKey());
            if (said != null && kind.getValue().test(resource.version())) on = said;
        }
        return on;
    }
}
