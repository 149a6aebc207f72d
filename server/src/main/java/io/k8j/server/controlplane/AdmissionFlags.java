package io.k8j.server.controlplane;

import io.k8j.apiserver.admission.AdmissionSettings;
import io.k8j.apiserver.admission.ImagePolicy;
import io.k8j.apiserver.admission.OptionalSettings;
import io.k8j.apiserver.admission.QuotaLimits;
import io.k8j.apiserver.admission.podsecurity.PodSecurityConfiguration;
import io.k8j.model.json.JsonException;
import io.k8j.model.json.Trees;
import io.k8j.model.yaml.Yaml;
import io.k8j.server.flags.FlagValues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/** Reads upstream's flags for admission, and the AdmissionConfiguration file that one of them names. */
final class AdmissionFlags {
    private static final String FILE = "admission-control-config-file";
    private static final Set<String> VERSIONS = Set.of("apiserver.config.k8s.io/v1", "apiserver.k8s.io/v1alpha1");

    private AdmissionFlags() {}

    /** @throws IllegalArgumentException in one sentence that names the flag */
    static AdmissionSettings read(FlagValues flags) {
        AdmissionSettings settings = AdmissionSettings.DEFAULTS
                .withPlugins(
                        Set.copyOf(flags.list("enable-admission-plugins")),
                        Set.copyOf(flags.list("disable-admission-plugins")))
                .withTolerations(
                        flags.number("default-not-ready-toleration-seconds", 300),
                        flags.number("default-unreachable-toleration-seconds", 300));
        String file = flags.text(FILE);
        return file == null ? settings : configured(settings, Path.of(file));
    }

    private static AdmissionSettings configured(AdmissionSettings settings, Path file) {
        Map<String, Object> tree = yaml(file);
        String version = String.valueOf(tree.get("apiVersion"));
        if (!VERSIONS.contains(version) || !"AdmissionConfiguration".equals(tree.get("kind"))) {
            throw new IllegalArgumentException("%s %s: no kind \"%s\" is registered for version \"%s\""
                    .formatted(FILE, file, tree.get("kind"), version));
        }
        AdmissionSettings result = settings;
        for (Object plugin : Trees.list(tree, "plugins")) {
            Map<String, Object> configuration = configuration(plugin, file);
            String name = String.valueOf(Trees.string(plugin, "name"));
            if (configuration == null) {
                continue;
            }
            try {
                result = switch (name) {
                    case "PodSecurity" -> result.withPodSecurity(PodSecurityConfiguration.of(configuration));
                    case "ImagePolicyWebhook" ->
                        result.withOptional(result.optional().withImagePolicy(imagePolicy(configuration)));
                    case "MutatingAdmissionWebhook" -> result.withMutatingUsers(HookCredentials.read(configuration));
                    case "ValidatingAdmissionWebhook" ->
                        result.withValidatingUsers(HookCredentials.read(configuration));
                    case "ResourceQuota" -> result.withQuotaLimits(QuotaLimits.of(configuration));
                    default -> {
                        OptionalSettings optional = result.optional().with(name, configuration);
                        if (optional == null) {
                            throw new IllegalArgumentException("configuration of this plugin is not part of k8j");
                        }
                        yield result.withOptional(optional);
                    }
                };
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "%s %s: plugin %s: %s".formatted(FILE, file, name, e.getMessage()), e);
            }
        }
        return result;
    }

    private static ImagePolicy.Settings imagePolicy(Map<String, Object> configuration) {
        Map<String, Object> policy = Trees.map(configuration, "imagePolicy");
        String kubeconfig = Trees.string(policy, "kubeConfigFile");
        if (kubeconfig == null || kubeconfig.isEmpty()) {
            throw new IllegalArgumentException("imagePolicy.kubeConfigFile is missing");
        }
        Duration most = Duration.ofMinutes(30);
        try {
            return new ImagePolicy.Settings(
                    Webhooks.endpoint(Path.of(kubeconfig)),
                    span(policy, "allowTTL", "allow cache", 1000, Duration.ofMinutes(5), Duration.ofSeconds(1), most),
                    span(policy, "denyTTL", "deny cache", 1000, Duration.ofMinutes(5), Duration.ofSeconds(1), most),
                    span(
                            policy,
                            "retryBackoff",
                            "backoff",
                            1,
                            Duration.ofMillis(500),
                            Duration.ofMillis(1),
                            Duration.ofMinutes(5)),
                    Trees.isTrue(policy, "defaultAllow"));
        } catch (IOException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** A number of units; -1 stands for none, 0 and nothing for the usual. */
    private static Duration span(
            Map<String, Object> policy,
            String field,
            String name,
            long unitMillis,
            Duration usual,
            Duration least,
            Duration most) {
        Long value = Trees.integer(policy, field);
        if (value == null || value == 0) return usual;
        if (value == -1) return Duration.ZERO;
        Duration span = Duration.ofMillis(Math.multiplyExact(value, unitMillis));
        if (span.compareTo(least) < 0 || span.compareTo(most) > 0) {
            throw new IllegalArgumentException("valid value for %s is between %s and %s, got %s"
                    .formatted(name, text(least), text(most), text(span)));
        }
        return span;
    }

    /** As Go writes it. */
    private static String text(Duration span) {
        if (span.toMillis() < 1000) return span.toMillis() + "ms";
        long minutes = span.toMinutes();
        return (minutes > 0 ? minutes + "m" : "") + span.toSecondsPart() + "s";
    }

    /** What a plugin is given: inline, or in a file of its own beside this one; null if nothing. */
    private static Map<String, Object> configuration(Object plugin, Path file) {
        if (Trees.get(plugin, "configuration") instanceof Map<?, ?> inline) {
            return Trees.asMap(inline);
        }
        String path = Trees.string(plugin, "path");
        return path == null || path.isEmpty() ? null : yaml(file.resolveSibling(path));
    }

    private static Map<String, Object> yaml(Path file) {
        try {
            if (Yaml.parse(Files.readAllBytes(file)) instanceof Map<?, ?> map) {
                return Trees.asMap(map);
            }
            throw new IllegalArgumentException("%s %s: must be an object".formatted(FILE, file));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "unable to read admission control configuration from \"%s\" [%s]".formatted(file, e.getMessage()),
                    e);
        } catch (JsonException e) {
            throw new IllegalArgumentException("%s %s: %s".formatted(FILE, file, e.getMessage()), e);
        }
    }
}
