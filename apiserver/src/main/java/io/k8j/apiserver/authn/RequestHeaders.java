package io.k8j.apiserver.authn;

import io.k8j.apiserver.spi.UserInfo;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Users that an authenticating proxy names in headers; the proxy proves itself by its client certificate. */
public final class RequestHeaders implements Authenticator {
    /**
     * Upstream's flags of these names.
     *
     * @param authorities who may have issued the proxy's certificate, asked each time
     * @param allowedNames common names that proxies may have; empty for any
     */
    public record Settings(
            Supplier<Set<X509Certificate>> authorities,
            List<String> allowedNames,
            List<String> usernameHeaders,
            List<String> uidHeaders,
            List<String> groupHeaders,
            List<String> extraHeaderPrefixes) {}

    /** Headers that never reach anything behind authentication, whatever is configured. */
    public static final List<String> STANDARD = List.of("x-remote-user", "x-remote-uid", "x-remote-group");

    public static final String STANDARD_EXTRA = "x-remote-extra-";

    private final Settings settings;
    private final CertificateCheck check;

    RequestHeaders(Settings settings, InstantSource clock) {
        this.settings = settings;
        this.check = new CertificateCheck(settings.authorities(), clock);
    }

    @Override
    public Recognition authenticate(Credentials credentials, List<String> audiences) {
        if (credentials.certificates().isEmpty()) {
            return Recognition.NONE;
        }
        // Most requests name nobody, and they do not pay for a look at the certificate.
        String name = firstOf(credentials, settings.usernameHeaders());
        if (name.isEmpty()) {
            return Recognition.NONE;
        }
        String problem = check.problem(credentials.certificates());
        if (problem != null) {
            return new Recognition.Bad(problem);
        }
        X509Certificate own = credentials.certificates().getFirst();
        String proxy = CertificateSubject.of(own).commonName();
        if (!settings.allowedNames().isEmpty() && !settings.allowedNames().contains(proxy)) {
            return new Recognition.Bad("x509: subject with cn=%s is not in the allowed list".formatted(proxy));
        }
        List<String> groups = new ArrayList<>();
        for (String header : settings.groupHeaders()) {
            credentials.all(header).stream()
                    .filter(group -> !group.isEmpty())
                    .map(HeaderText::received)
                    .forEach(groups::add);
        }
        UserInfo user = new UserInfo(name, firstOf(credentials, settings.uidHeaders()), groups, extra(credentials));
        return new Recognition.Known(user, audiences);
    }

    private static String firstOf(Credentials credentials, List<String> names) {
        for (String name : names) {
            String value = credentials.first(name);
            if (!value.isEmpty()) {
                return HeaderText.received(value);
            }
        }
        return "";
    }

    private Map<String, List<String>> extra(Credentials credentials) {
        Map<String, List<String>> extra = new LinkedHashMap<>();
        for (String prefix : settings.extraHeaderPrefixes()) {
            for (Map.Entry<String, String> header : credentials.headers()) {
                if (header.getKey().regionMatches(true, 0, prefix, 0, prefix.length())) {
                    String key = header.getKey().substring(prefix.length()).toLowerCase(Locale.ROOT);
                    extra.computeIfAbsent(unescaped(key), k -> new ArrayList<>())
                            .add(HeaderText.received(header.getValue()));
                }
            }
        }
        return extra;
    }

    /** The key without its percent signs; one that is malformed is taken as it is. */
    public static String unescaped(String key) {
        try {
            return URLDecoder.decode(key.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return key;
        }
    }
}
