package io.k8j.apiserver.authz.webhook;

import io.k8j.apiserver.authn.jwt.ConfigurationException;
import io.k8j.apiserver.authz.AuthorizationSettings.Entry;
import io.k8j.apiserver.authz.AuthorizationSettings.Kubeconfigs;
import io.k8j.apiserver.http.WebhookEndpoint;
import io.k8j.apiserver.validation.Findings;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.FieldError;
import io.k8j.model.api.GoDuration;
import io.k8j.model.json.JsonException;
import io.k8j.model.validation.Names;
import io.k8j.model.yaml.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Reads upstream's {@code AuthorizationConfiguration} of {@code apiserver.config.k8s.io}. */
public final class AuthorizationConfiguration {
    private static final String GROUP = "apiserver.config.k8s.io/";
    private static final Set<String> VERSIONS = Set.of("v1alpha1", "v1beta1", "v1");
    private static final Set<String> TYPES =
            new TreeSet<>(List.of("AlwaysAllow", "AlwaysDeny", "Node", "RBAC", "Webhook"));

    private final Findings f = new Findings();
    private final Kubeconfigs kubeconfigs;

    private AuthorizationConfiguration(Kubeconfigs kubeconfigs) {
        this.kubeconfigs = kubeconfigs;
    }

    /**
     * Reads the text of a file.
     *
     * @throws ConfigurationException if it is none, with all that is wrong with it
     */
    public static List<Entry> read(byte[] text, Kubeconfigs kubeconfigs) throws ConfigurationException {
        Object tree;
        try {
            tree = Yaml.parse(text);
        } catch (JsonException e) {
            throw new ConfigurationException("error decoding: " + e.getMessage(), e);
        }
        Place root = new Place(tree, "");
        String version = root.text("apiVersion");
        if (!root.text("kind").equals("AuthorizationConfiguration")
                || !version.startsWith(GROUP)
                || !VERSIONS.contains(version.substring(GROUP.length()))) {
            throw new ConfigurationException(
                    "no kind \"%s\" is registered for version \"%s\": expected AuthorizationConfiguration"
                            .formatted(root.text("kind"), version));
        }
        AuthorizationConfiguration reader = new AuthorizationConfiguration(kubeconfigs);
        List<Entry> entries = reader.entries(root.field("authorizers"));
        if (!reader.f.isEmpty()) {
            throw new ConfigurationException(FieldError.aggregate(reader.f.list()));
        }
        return entries;
    }

    private List<Entry> entries(Place authorizers) {
        if (authorizers.items().isEmpty()) {
            f.required(authorizers, "at least one authorization mode must be defined");
        }
        List<Entry> entries = new ArrayList<>();
        Set<String> types = new HashSet<>();
        Set<String> names = new HashSet<>();
        for (Place authorizer : authorizers.items()) {
            Place type = authorizer.field("type");
            if (type.text().isEmpty()) {
                f.required(type, "");
                continue;
            }
            if (!TYPES.contains(type.text())) {
                f.notSupported(type, type.text(), TYPES);
                continue;
            }
            boolean isWebhook = type.text().equals("Webhook");
            if (!types.add(type.text()) && !isWebhook) {
                f.duplicate(type, type.text());
                continue;
            }
            name(authorizer.field("name"), names);
            Place webhook = authorizer.field("webhook");
            if (isWebhook && webhook.absent()) {
                f.required(webhook, "required when type=Webhook");
            } else if (!isWebhook && webhook.present()) {
                f.invalid(webhook, "non-null", "may only be specified when type=Webhook");
            } else {
                Entry entry = entry(type.text(), authorizer);
                if (entry != null) entries.add(entry);
            }
        }
        return entries;
    }

    private void name(Place at, Set<String> names) {
        String name = at.text();
        if (name.isEmpty()) {
            f.required(at, "");
        } else if (!names.add(name)) {
            f.duplicate(at, name);
        } else if (!Names.dns1123Subdomain(name).isEmpty()) {
            f.invalid(at, name, "authorizer name is invalid: " + String.join(", ", Names.dns1123Subdomain(name)));
        }
    }

    private Entry entry(String type, Place authorizer) {
        return switch (type) {
            case "Node" -> new Entry.Node();
            case "RBAC" -> new Entry.Rbac();
            case "AlwaysAllow" -> new Entry.AlwaysAllow();
            case "AlwaysDeny" -> new Entry.AlwaysDeny();
            default -> webhook(authorizer.text("name"), authorizer.field("webhook"), authorizer);
        };
    }

    /** Upstream reports a webhook's faults beside the authorizer's own fields. */
    private Entry webhook(String name, Place webhook, Place at) {
        int before = f.size();
        Duration timeout = duration(webhook, at, "timeout", Duration.ZERO);
        if (timeout != null && (timeout.isNegative() || timeout.compareTo(Duration.ofSeconds(30)) > 0)) {
            f.invalid(at.field("timeout"), webhook.text("timeout"), "must be > 0s and <= 30s");
        }
        Duration authorized = duration(webhook, at, "authorizedTTL", WebhookSettings.DEFAULT_AUTHORIZED_TTL);
        Duration unauthorized = duration(webhook, at, "unauthorizedTTL", WebhookSettings.DEFAULT_UNAUTHORIZED_TTL);
        choice(webhook, at, "subjectAccessReviewVersion", List.of("v1", "v1beta1"));
        if (webhook.field("matchConditions").items().isEmpty()) {
            if (!webhook.text("matchConditionSubjectAccessReviewVersion").isEmpty()) {
                choice(webhook, at, "matchConditionSubjectAccessReviewVersion", List.of("v1"));
            }
        } else if (webhook.text("matchConditionSubjectAccessReviewVersion").isEmpty()) {
            f.required(
                    at.field("matchConditionSubjectAccessReviewVersion"), "required if match conditions are specified");
        } else {
            choice(webhook, at, "matchConditionSubjectAccessReviewVersion", List.of("v1"));
        }
        choice(webhook, at, "failurePolicy", List.of("NoOpinion", "Deny"));
        WebhookEndpoint endpoint = endpoint(webhook.field("connectionInfo"), at.field("connectionInfo"));
        MatchConditions conditions = MatchConditions.compile(
                f, new Place(webhook.field("matchConditions").value(), at.path() + ".matchConditions"));
        if (f.size() > before || endpoint == null) {
            return null;
        }
        return new Entry.Webhook(new WebhookSettings(
                name,
                endpoint,
                webhook.text("subjectAccessReviewVersion"),
                remembers(webhook, "cacheAuthorizedRequests") ? authorized : Duration.ZERO,
                remembers(webhook, "cacheUnauthorizedRequests") ? unauthorized : Duration.ZERO,
                timeout,
                webhook.text("failurePolicy").equals("Deny"),
                conditions,
                WebhookSettings.DEFAULT_PAUSE));
    }

    private static boolean remembers(Place webhook, String field) {
        return !Boolean.FALSE.equals(webhook.field(field).value());
    }

    /** A duration; null if it is wrong, which is noted. */
    private Duration duration(Place webhook, Place at, String field, Duration otherwise) {
        String text = webhook.text(field);
        if (text.isEmpty()) {
            if (otherwise.isZero()) f.required(at.field(field), "");
            return otherwise;
        }
        Duration duration;
        try {
            duration = GoDuration.parse(text);
        } catch (IllegalArgumentException e) {
            f.invalid(at.field(field), text, e.getMessage());
            return null;
        }
        if (duration.isNegative() && !field.equals("timeout")) {
            f.invalid(at.field(field), text, "must be > 0s");
        } else if (duration.isZero()) {
            f.required(at.field(field), "");
        }
        return duration;
    }

    private void choice(Place webhook, Place at, String field, List<String> choices) {
        String value = webhook.text(field);
        if (value.isEmpty()) {
            f.required(at.field(field), "");
        } else if (!choices.contains(value)) {
            f.notSupported(at.field(field), value, choices);
        }
    }

    private WebhookEndpoint endpoint(Place info, Place at) {
        Place file = at.field("kubeConfigFile");
        String path = info.text("kubeConfigFile");
        switch (info.text("type")) {
            case "" -> f.required(at.field("type"), "");
            case "KubeConfigFile" -> {
                if (path.isEmpty()) {
                    f.required(file, "");
                } else if (!Path.of(path).isAbsolute()) {
                    f.invalid(file, path, "must be an absolute path");
                } else if (!Files.exists(Path.of(path))) {
                    f.invalid(file, path, "error loading file: stat " + path + ": no such file or directory");
                } else if (!Files.isRegularFile(Path.of(path))) {
                    f.invalid(file, path, "must be a regular file");
                } else {
                    try {
                        return kubeconfigs.read(Path.of(path));
                    } catch (IOException e) {
                        f.invalid(file, path, "error loading file: " + e.getMessage());
                    }
                }
            }
            case "InClusterConfig" -> {
                if (info.field("kubeConfigFile").present()) {
                    f.invalid(file, path, "can only be set when type=KubeConfigFile");
                } else {
                    try {
                        return kubeconfigs.inCluster();
                    } catch (IOException e) {
                        f.invalid(at.field("type"), "InClusterConfig", e.getMessage());
                    }
                }
            }
            default ->
                f.notSupported(at.field("type"), info.text("type"), List.of("InClusterConfig", "KubeConfigFile"));
        }
        return null;
    }
}
