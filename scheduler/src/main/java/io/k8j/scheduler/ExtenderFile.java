package io.k8j.scheduler;

import io.k8j.client.https.ServerAccess;
import io.k8j.model.api.GoDuration;
import io.k8j.model.json.Trees;
import io.k8j.scheduler.extender.ExtenderConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads an entry of {@code extenders} of the scheduler's configuration file. */
final class ExtenderFile {
    private ExtenderFile() {}

    static ExtenderConfig parse(Map<String, Object> tree) {
        String prefix = text(tree, "urlPrefix");
        if (prefix.isEmpty()) throw new IllegalArgumentException("extenders: urlPrefix: Required value");
        Set<String> managed = new LinkedHashSet<>();
        Set<String> ignored = new LinkedHashSet<>();
        for (Object entry : Trees.list(tree, "managedResources")) {
            String name = Trees.string(entry, "name");
            if (name == null || !name.contains("/")) {
                throw new IllegalArgumentException(
                        "extenders: managedResources[].name: Invalid value: \"%s\": must be an extended resource"
                                .formatted(name));
            }
            managed.add(name);
            if (Trees.isTrue(entry, "ignoredByScheduler")) ignored.add(name);
        }
        Long weight = Trees.integer(tree, "weight");
        return new ExtenderConfig(
                access(tree, prefix),
                text(tree, "filterVerb"),
                text(tree, "prioritizeVerb"),
                text(tree, "preemptVerb"),
                text(tree, "bindVerb"),
                weight == null ? 0 : weight,
                duration(text(tree, "httpTimeout")),
                Trees.isTrue(tree, "nodeCacheCapable"),
                managed,
                ignored,
                Trees.isTrue(tree, "ignorable"));
    }

    private static ServerAccess access(Map<String, Object> tree, String prefix) {
        URI server;
        try {
            String trimmed = prefix.replaceFirst("/+$", "");
            boolean secure = Trees.isTrue(tree, "enableHTTPS") || tree.get("tlsConfig") != null;
            server = URI.create(secure ? trimmed.replaceFirst("^http:", "https:") : trimmed);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("extenders: urlPrefix: " + e.getMessage(), e);
        }
        Map<String, Object> tls = tree.get("tlsConfig") instanceof Map<?, ?> map ? Trees.asMap(map) : Map.of();
        return new ServerAccess(
                server,
                bytes(tls, "ca"),
                text(tls, "serverName"),
                Trees.isTrue(tls, "insecure"),
                bytes(tls, "cert"),
                bytes(tls, "key"),
                Optional::empty);
    }

    /** What is in {@code nameData}, or else in the file that {@code nameFile} says. */
    private static byte[] bytes(Map<String, Object> tls, String name) {
        String data = text(tls, name + "Data");
        if (!data.isEmpty()) return Base64.getMimeDecoder().decode(data);
        String file = text(tls, name + "File");
        if (file.isEmpty()) return new byte[0];
        try {
            return Files.readAllBytes(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException("extenders: tlsConfig.%sFile: read %s".formatted(name, file), e);
        }
    }

    private static Duration duration(String text) {
        if (text.isEmpty()) return ExtenderConfig.DEFAULT_TIMEOUT;
        try {
            return GoDuration.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("extenders: httpTimeout: " + e.getMessage(), e);
        }
    }

    private static String text(Map<String, Object> tree, String name) {
        String text = Trees.string(tree, name);
        return text == null ? "" : text;
    }
}
