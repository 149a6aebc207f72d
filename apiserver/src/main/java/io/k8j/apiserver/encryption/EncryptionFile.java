package io.k8j.apiserver.encryption;

import io.k8j.apiserver.encryption.EncryptionConfiguration.Key;
import io.k8j.apiserver.encryption.EncryptionConfiguration.Provider;
import io.k8j.apiserver.encryption.EncryptionConfiguration.Rule;
import io.k8j.model.api.FieldError;
import io.k8j.model.api.GoQuote;
import io.k8j.model.json.Json;
import io.k8j.model.json.JsonException;
import io.k8j.model.resource.GroupResource;
import io.k8j.model.yaml.Yaml;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads and writes configuration files of encryption; what is wrong with one is told in upstream's words. */
public final class EncryptionFile {
    private static final List<String> PROVIDERS = List.of("kms", "aesgcm", "aescbc", "secretbox", "identity");
    private static final Pattern DURATION = Pattern.compile("(\\d+(?:\\.\\d+)?)(ms|s|m|h)");

    private final List<FieldError> errors = new ArrayList<>();
    private final Set<String> kmsNames = new HashSet<>();

    private EncryptionFile() {}

    /**
     * Reads a file.
     *
     * @param name shown in errors
     * @throws IllegalArgumentException if it is none or its values cannot be used
     */
    public static EncryptionConfiguration read(String name, byte[] text) {
        if (text.length == 0) {
            throw new IllegalArgumentException(
                    "encryption provider configuration file %s is empty".formatted(GoQuote.quote(name)));
        }
        return new EncryptionFile().configuration(name, text);
    }

    private EncryptionConfiguration configuration(String name, byte[] text) {
        Map<String, Object> tree = tree(name, text);
        List<Rule> rules = new ArrayList<>();
        List<?> resources = tree.get("resources") instanceof List<?> list ? list : List.of();
        if (resources.isEmpty()) {
            errors.add(FieldError.required("resources", "at least one resources is required"));
        }
        for (int i = 0; i < resources.size(); i++) {
            Map<String, Object> rule = map(resources.get(i));
            String at = "resources[" + i + "]";
            rules.add(new Rule(resourceNames(rule, at + ".resources"), providers(rule, at + ".providers")));
        }
        if (!errors.isEmpty()) throw new IllegalArgumentException(FieldError.aggregate(errors));
        checkMasked(rules);
        return new EncryptionConfiguration(rules);
    }

    private static Map<String, Object> tree(String name, byte[] text) {
        String start = "error decoding encryption provider configuration file %s: ".formatted(GoQuote.quote(name));
        Object parsed;
        try {
            parsed = Yaml.parse(text);
        } catch (JsonException e) {
            throw new IllegalArgumentException(start + e.getMessage(), e);
        }
        Map<String, Object> tree = map(parsed);
        if (!"EncryptionConfiguration".equals(tree.get("kind"))
                || !"apiserver.config.k8s.io/v1".equals(tree.get("apiVersion"))) {
            throw new IllegalArgumentException(start
                    + "no kind %s is registered for version %s"
                            .formatted(quoted(tree.get("kind")), quoted(tree.get("apiVersion"))));
        }
        return tree;
    }

    private List<GroupResource> resourceNames(Map<String, Object> rule, String at) {
        List<?> names = rule.get("resources") instanceof List<?> list ? list : List.of();
        if (names.isEmpty()) errors.add(FieldError.required(at, "at least one " + at + " is required"));
        List<GroupResource> resources = new ArrayList<>();
        for (Object name : names) resources.add(parse(String.valueOf(name)));
        checkOverlap(names, resources, at);
        for (int i = 0; i < names.size(); i++) {
            String name = String.valueOf(names.get(i));
            String why = wrongName(name, resources.get(i));
            if (why != null) errors.add(FieldError.invalid(at + "[" + i + "]", name, why));
        }
        return resources;
    }

    /** {@code resource.group}, the group being all behind the first dot. */
    private static GroupResource parse(String name) {
        int dot = name.indexOf('.');
        return dot < 0
                ? new GroupResource("", name)
                : new GroupResource(name.substring(dot + 1), name.substring(0, dot));
    }

    private void checkOverlap(List<?> names, List<GroupResource> resources, String at) {
        boolean duplicate = new HashSet<>(resources).size() < resources.size();
        boolean overlap = false;
        for (int i = 0; i < resources.size(); i++) {
            for (int j = 0; j < resources.size(); j++) {
                GroupResource one = resources.get(i);
                GroupResource other = resources.get(j);
                if (i == j || one.equals(other)) continue;
                overlap |= one.equals(new GroupResource("*", "*"))
                        || (one.group().equals(other.group())
                                && (one.resource().equals("*")
                                        || other.resource().equals("*")));
            }
        }
        if (duplicate) {
            errors.add(FieldError.invalid(at, names, "the same resource cannot be specified multiple times"));
        }
        if (overlap) {
            errors.add(FieldError.invalid(
                    at,
                    names,
                    "using overlapping resources such as 'secrets' and '*.' in the same resource list is not allowed as"
                            + " they will be masked"));
        }
    }

    private static String wrongName(String name, GroupResource resource) {
        if (!name.toLowerCase(Locale.ROOT).equals(name)) return "resource name should not contain capital letters";
        if (name.equals("*")) {
            return "use '*.' to encrypt all the resources from core API group or *.* to encrypt all resources";
        }
        if (Set.of("apiserveripinfo", "serviceipallocations", "servicenodeportallocations")
                .contains(name)) {
            return "resources which do not have REST API/s cannot be encrypted";
        }
        return switch (resource.group()) {
            case "events.k8s.io" ->
                "'*.events.k8s.io' objects are stored using the 'events' API group in etcd. Use 'events' instead in the"
                        + " config file";
            case "extensions" -> "'extensions' group has been removed and cannot be used for encryption";
            case "*" ->
                resource.resource().equals("*") ? null : "encrypting the same resource across groups is not supported";
            default -> null;
        };
    }

    private List<Provider> providers(Map<String, Object> rule, String at) {
        List<?> list = rule.get("providers") instanceof List<?> some ? some : List.of();
        if (list.isEmpty()) errors.add(FieldError.required(at, "at least one " + at + " is required"));
        List<Provider> providers = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            Provider provider = provider(map(list.get(i)), at + "[" + i + "]");
            if (provider != null) providers.add(provider);
        }
        return providers;
    }

    private Provider provider(Map<String, Object> tree, String at) {
        List<String> found =
                PROVIDERS.stream().filter(name -> tree.get(name) != null).toList();
        if (found.size() != 1) {
            String why = found.isEmpty()
                    ? "provider does not contain any of the expected providers: KMS, AESGCM, AESCBC, Secretbox,"
                            + " Identity"
                    : "more than one provider specified in a single element, should split into different list elements";
            errors.add(FieldError.invalid(at, List.copyOf(tree.keySet()), why)); // the values may hold secrets
            return null;
        }
        String name = found.getFirst();
        Map<String, Object> settings = map(tree.get(name));
        return switch (name) {
            case "kms" -> kms(settings, at + ".kms");
            case "aesgcm" -> new Provider.Gcm(keys(settings, at + ".aesgcm.keys", List.of(16, 24, 32)));
            case "aescbc" -> new Provider.Cbc(keys(settings, at + ".aescbc.keys", List.of(16, 24, 32)));
            case "secretbox" -> new Provider.Box(keys(settings, at + ".secretbox.keys", List.of(32)));
            default -> new Provider.Plain();
        };
    }

    private List<Key> keys(Map<String, Object> settings, String at, List<Integer> lengths) {
        List<?> list = settings.get("keys") instanceof List<?> some ? some : List.of();
        if (list.isEmpty()) errors.add(FieldError.required(at, "at least one keys is required"));
        List<Key> keys = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            Map<String, Object> key = map(list.get(i));
            String name = text(key.get("name"));
            String secret = text(key.get("secret"));
            String here = at + "[" + i + "]";
            if (name.isEmpty()) errors.add(FieldError.required(here + ".name", "name is a mandatory field for a key"));
            if (secret.isEmpty()) {
                errors.add(FieldError.required(here + ".secret", "secret is a mandatory field for a key"));
                continue;
            }
            byte[] bytes = secret(secret, here + ".secret", lengths);
            if (bytes != null) keys.add(new Key(name, bytes));
        }
        return keys;
    }

    private byte[] secret(String text, String at, List<Integer> lengths) {
        try {
            byte[] bytes = Base64.getDecoder().decode(text.replaceAll("[\r\n]", ""));
            if (lengths.contains(bytes.length)) return bytes;
            errors.add(FieldError.invalid(
                    at,
                    "REDACTED",
                    "secret is not of the expected length, got %d, expected one of %s"
                            .formatted(bytes.length, lengths.toString().replace(",", ""))));
        } catch (IllegalArgumentException e) {
            errors.add(FieldError.invalid(at, "REDACTED", "secrets must be base64 encoded"));
        }
        return null;
    }

    private Provider kms(Map<String, Object> settings, String at) {
        String version = settings.get("apiVersion") == null ? "v1" : text(settings.get("apiVersion"));
        String name = text(settings.get("name"));
        String endpoint = text(settings.get("endpoint"));
        Duration timeout =
                settings.get("timeout") == null ? Duration.ofSeconds(3) : duration(text(settings.get("timeout")));
        if (version.equals("v1")) {
            throw new IllegalArgumentException(
                    "KMSv1 is deprecated and will only receive security updates going forward. Use"
                            + " KMSv2 instead.  Set --feature-gates=KMSv1=true to use the deprecated KMSv1 feature.");
        }
        if (name.isEmpty()) {
            errors.add(FieldError.required(at + ".name", "name is a mandatory field for a provider"));
        }
        if (name.contains(":")) {
            errors.add(FieldError.invalid(
                    at + ".name", name, "invalid KMS provider name " + name + ", must not contain ':'"));
        }
        if (!kmsNames.add(name)) {
            errors.add(FieldError.invalid(
                    at + ".name", name, "duplicate KMS provider name " + name + ", names must be unique"));
        }
        if (timeout == null || timeout.isZero() || timeout.isNegative()) {
            errors.add(FieldError.invalid(
                    at + ".timeout", text(settings.get("timeout")), "timeout should be a positive value"));
        }
        checkEndpoint(endpoint, at + ".endpoint");
        if (settings.get("cachesize") != null) {
            errors.add(FieldError.invalid(
                    at + ".cachesize", settings.get("cachesize"), "cachesize is not supported in v2"));
        }
        if (!version.equals("v2")) {
            errors.add(FieldError.invalid(
                    at + ".apiVersion",
                    version,
                    "unsupported apiVersion apiVersion for KMS provider, only v1 and v2 are supported"));
        }
        return new Provider.Kms(name, endpoint, timeout);
    }

    private void checkEndpoint(String endpoint, String at) {
        if (endpoint.isEmpty()) {
            errors.add(FieldError.invalid(at, "", "endpoint is a mandatory field for a kms"));
            return;
        }
        String scheme;
        try {
            scheme = URI.create(endpoint).getScheme();
        } catch (IllegalArgumentException e) {
            errors.add(FieldError.invalid(at, endpoint, "invalid endpoint for kms provider, error: " + e.getMessage()));
            return;
        }
        if (!"unix".equals(scheme)) {
            errors.add(FieldError.invalid(
                    at,
                    endpoint,
                    "unsupported scheme %s for KMS provider, only unix is supported"
                            .formatted(GoQuote.quote(scheme == null ? "" : scheme))));
        }
    }

    /** A rule for what an earlier one already takes would never be used. */
    private static void checkMasked(List<Rule> rules) {
        Set<GroupResource> earlier = new HashSet<>();
        for (Rule rule : rules) {
            for (GroupResource resource : rule.resources()) {
                for (GroupResource wide :
                        List.of(new GroupResource(resource.group(), "*"), new GroupResource("*", "*"))) {
                    if (earlier.contains(wide)) {
                        throw new IllegalArgumentException("resource %s is masked by earlier rule %s"
                                .formatted(GoQuote.quote(yaml(resource)), GoQuote.quote(yaml(wide))));
                    }
                }
            }
            earlier.addAll(rule.resources());
        }
    }

    private static String yaml(GroupResource resource) {
        if (resource.group().isEmpty()) return resource.resource().equals("*") ? "*." : resource.resource();
        return resource.resource() + "." + resource.group();
    }

    /** Writes a configuration as JSON, which readers of YAML take as well. */
    public static byte[] write(EncryptionConfiguration configuration) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("kind", "EncryptionConfiguration");
        tree.put("apiVersion", "apiserver.config.k8s.io/v1");
        tree.put(
                "resources",
                configuration.resources().stream()
                        .map(rule -> {
                            Map<String, Object> written = new LinkedHashMap<>();
                            written.put(
                                    "resources",
                                    rule.resources().stream()
                                            .map(EncryptionFile::yaml)
                                            .toList());
                            written.put(
                                    "providers",
                                    rule.providers().stream()
                                            .map(EncryptionFile::tree)
                                            .toList());
                            return written;
                        })
                        .toList());
        return Json.write(tree);
    }

    private static Map<String, Object> tree(Provider provider) {
        return switch (provider) {
            case Provider.Plain plain -> Map.of("identity", Map.of());
            case Provider.Gcm(List<Key> keys) -> Map.of("aesgcm", Map.of("keys", trees(keys)));
            case Provider.Cbc(List<Key> keys) -> Map.of("aescbc", Map.of("keys", trees(keys)));
            case Provider.Box(List<Key> keys) -> Map.of("secretbox", Map.of("keys", trees(keys)));
            case Provider.Kms(String name, String endpoint, Duration timeout) ->
                Map.of(
                        "kms",
                        Map.of(
                                "apiVersion",
                                "v2",
                                "name",
                                name,
                                "endpoint",
                                endpoint,
                                "timeout",
                                timeout.toMillis() + "ms"));
        };
    }

    private static List<Map<String, String>> trees(List<Key> keys) {
        return keys.stream()
                .map(key -> {
                    Map<String, String> tree = new LinkedHashMap<>();
                    tree.put("name", key.name());
                    tree.put("secret", key.base64());
                    return tree;
                })
                .toList();
    }

    private static Duration duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        Duration sum = Duration.ZERO;
        int end = 0;
        while (matcher.find() && matcher.start() == end) {
            double unit = switch (matcher.group(2)) {
                case "ms" -> 1;
                case "s" -> 1000;
                case "m" -> 60_000;
                default -> 3_600_000;
            };
            sum = sum.plusMillis((long) (Double.parseDouble(matcher.group(1)) * unit));
            end = matcher.end();
        }
        return end == text.length() && end > 0 ? sum : null;
    }

    private static String quoted(Object value) {
        return GoQuote.quote(value == null ? "" : value.toString());
    }

    private static String text(Object value) {
        return value == null ? "" : value.toString();
    }

    @SuppressWarnings("unchecked") // trees of the YAML reader have text keys only
    private static Map<String, Object> map(Object value) {
        return value instanceof Map<?, ?> ? (Map<String, Object>) value : Map.of();
    }
}
