package io.k8j.apiserver.authn.jwt;

import io.k8j.apiserver.authn.AnonymousAccess;
import io.k8j.apiserver.validation.Findings;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.JsonException;
import io.k8j.model.yaml.Yaml;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Upstream's {@code AuthenticationConfiguration} of {@code apiserver.config.k8s.io}, checked.
 *
 * @param issuers one for each entry of {@code jwt}
 * @param anonymous null if the file does not say
 */
record AuthenticationConfiguration(List<IssuerConfig> issuers, AnonymousAccess anonymous) {
    private static final String GROUP = "apiserver.config.k8s.io/";
    private static final Set<String> VERSIONS = Set.of("v1alpha1", "v1beta1", "v1");

    /**
     * Reads the text of a file.
     *
     * @param reserved issuers that others may not take: those of ServiceAccount tokens
     * @throws ConfigurationException if it is none, with all that is wrong with it
     */
    static AuthenticationConfiguration read(byte[] text, Set<String> reserved) throws ConfigurationException {
        Object tree;
        List<String> duplicates = new ArrayList<>();
        try {
            tree = Yaml.parse(text, duplicates::add);
        } catch (JsonException e) {
            throw new ConfigurationException("error decoding: " + e.getMessage(), e);
        }
        Place root = new Place(tree, "");
        String version = root.text("apiVersion");
        if (!root.text("kind").equals("AuthenticationConfiguration")
                || !version.startsWith(GROUP)
                || !VERSIONS.contains(version.substring(GROUP.length()))) {
            throw new ConfigurationException(
                    "no kind \"%s\" is registered for version \"%s\": expected AuthenticationConfiguration"
                            .formatted(root.text("kind"), version));
        }
        List<String> unknown = new ArrayList<>(duplicates);
        unknown.addAll(UnknownFields.of(tree));
        if (!unknown.isEmpty()) {
            throw new ConfigurationException("strict decoding error: " + String.join(", ", unknown));
        }
        Findings findings = new Findings();
        List<IssuerConfig> issuers = issuers(root.field("jwt"), findings, reserved);
        AnonymousAccess anonymous = anonymous(root.field("anonymous"), findings);
        if (!findings.isEmpty()) {
            throw new ConfigurationException(FieldError.aggregate(findings.list()));
        }
        return new AuthenticationConfiguration(issuers, anonymous);
    }

    /** The issuers that flags describe in the form of the file. */
    static List<IssuerConfig> of(List<Map<String, Object>> jwt, Set<String> reserved) throws ConfigurationException {
        Findings findings = new Findings();
        List<IssuerConfig> issuers = issuers(new Place(jwt, "jwt"), findings, reserved);
        if (!findings.isEmpty()) {
            throw new ConfigurationException(FieldError.aggregate(findings.list()));
        }
        return issuers;
    }

    private static List<IssuerConfig> issuers(Place jwt, Findings f, Set<String> reserved) {
        List<IssuerConfig> issuers = new ArrayList<>();
        Set<String> urls = new HashSet<>();
        Set<String> discoveries = new HashSet<>();
        for (Place entry : jwt.items()) {
            issuers.add(IssuerConfig.read(entry, f, reserved));
            Place url = entry.at("issuer", "url");
            if (!urls.add(url.text())) {
                f.duplicate(url, url.text());
            }
            Place discovery = entry.at("issuer", "discoveryURL");
            if (!discovery.text().isEmpty() && !discoveries.add(discovery.text())) {
                f.duplicate(discovery, discovery.text());
            }
        }
        return issuers;
    }

    private static AnonymousAccess anonymous(Place anonymous, Findings f) {
        if (anonymous.absent()) {
            return null;
        }
        boolean enabled = anonymous.isTrue("enabled");
        Set<String> paths = new HashSet<>();
        anonymous.field("conditions").items().forEach(condition -> paths.add(condition.text("path")));
        if (!enabled && !paths.isEmpty()) {
            f.invalid(
                    anonymous.field("conditions"),
                    anonymous.field("conditions").value(),
                    "enabled should be set to true when conditions are defined");
        }
        return new AnonymousAccess(enabled, paths);
    }
}
