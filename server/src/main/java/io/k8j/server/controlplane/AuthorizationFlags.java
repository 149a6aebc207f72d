package io.k8j.server.controlplane;

import io.k8j.apiserver.authz.AbacAuthorizer;
import io.k8j.apiserver.authz.AuthorizationSettings;
import io.k8j.apiserver.authz.AuthorizationSettings.Entry;
import io.k8j.apiserver.authz.webhook.MatchConditions;
import io.k8j.apiserver.authz.webhook.WebhookSettings;
import io.k8j.client.https.Kubeconfig;
import io.k8j.server.UserException;
import io.k8j.server.flags.FlagValues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Makes the settings that upstream's authorization flags describe. */
final class AuthorizationFlags {
    private static final List<String> DEFAULT_MODES = List.of("Node", "RBAC");

    private AuthorizationFlags() {}

    /** @throws UserException if a file cannot be used or flags do not go together */
    static AuthorizationSettings settings(FlagValues flags) {
        try {
            return read(flags);
        } catch (IOException | IllegalArgumentException e) {
            throw new UserException("authorization cannot be set up: " + e.getMessage(), e);
        }
    }

    private static AuthorizationSettings read(FlagValues flags) throws IOException {
        boolean webhookFlags = flags.has("authorization-webhook-config-file")
                || flags.has("authorization-webhook-version")
                || flags.has("authorization-webhook-cache-authorized-ttl")
                || flags.has("authorization-webhook-cache-unauthorized-ttl");
        if (flags.has("authorization-config")) {
            if (flags.has("authorization-mode") || webhookFlags) {
                throw new IllegalArgumentException("--authorization-config can not be specified when"
                        + " --authorization-mode or --authorization-webhook-* flags are specified");
            }
            return new AuthorizationSettings(
                    List.of(),
                    Path.of(flags.text("authorization-config")),
                    new Webhooks(System.getenv(), Kubeconfig.ACCOUNT));
        }
        List<String> modes = flags.list("authorization-mode", DEFAULT_MODES);
        List<Entry> entries = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (String mode : modes) {
            if (!seen.add(mode)) {
                throw new IllegalArgumentException(
                        "authorization-mode %s has mode specified more than once".formatted(quoted(modes)));
            }
            entries.add(entry(mode, flags));
        }
        if (flags.has("authorization-webhook-config-file") && !seen.contains("Webhook")) {
            throw new IllegalArgumentException(
                    "cannot specify --authorization-webhook-config-file without mode Webhook");
        }
        if (flags.has("authorization-policy-file") && !seen.contains("ABAC")) {
            throw new IllegalArgumentException("cannot specify --authorization-policy-file without mode ABAC");
        }
        return new AuthorizationSettings(entries, null, new Webhooks(System.getenv(), Kubeconfig.ACCOUNT));
    }

    private static String quoted(List<String> modes) {
        return modes.stream()
                .map(mode -> "\"" + mode + "\"")
                .collect(java.util.stream.Collectors.joining(" ", "[", "]"));
    }

    private static Entry entry(String mode, FlagValues flags) throws IOException {
        return switch (mode) {
            case "Node" -> new Entry.Node();
            case "RBAC" -> new Entry.Rbac();
            case "AlwaysAllow" -> new Entry.AlwaysAllow();
            case "AlwaysDeny" -> new Entry.AlwaysDeny();
            case "Webhook" -> webhook(flags);
            case "ABAC" -> abac(flags);
            default ->
                throw new IllegalArgumentException("authorization-mode \"%s\" is not a valid mode".formatted(mode));
        };
    }

    private static Entry abac(FlagValues flags) throws IOException {
        String file = flags.text("authorization-policy-file");
        if (file == null) {
            throw new IllegalArgumentException("authorization-mode ABAC's authorization policy file not passed");
        }
        return new Entry.Abac(AbacAuthorizer.read(file, Files.readString(Path.of(file))));
    }

    private static Entry webhook(FlagValues flags) throws IOException {
        String file = flags.text("authorization-webhook-config-file");
        if (file == null) {
            throw new IllegalArgumentException("authorization-mode Webhook's authorization config file not passed");
        }
        return new Entry.Webhook(new WebhookSettings(
                "default",
                Webhooks.endpoint(Path.of(file)),
                flags.text("authorization-webhook-version", "v1beta1"),
                flags.duration("authorization-webhook-cache-authorized-ttl", WebhookSettings.DEFAULT_AUTHORIZED_TTL),
                flags.duration(
                        "authorization-webhook-cache-unauthorized-ttl", WebhookSettings.DEFAULT_UNAUTHORIZED_TTL),
                WebhookSettings.DEFAULT_TIMEOUT,
                false,
                MatchConditions.NONE,
                WebhookSettings.DEFAULT_PAUSE));
    }
}
