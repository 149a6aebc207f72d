package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.validation.Names;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;

/** Checks the addresses of webhooks. */
public final class ClientConfigValidation {
    private ClientConfigValidation() {}

    /** Everything wrong with the address of a webhook; {@code prefix} is where it stands. */
    public static List<FieldError> check(String prefix, Place config) {
        Findings f = new Findings();
        check(f, config);
        return f.list().stream()
                .map(e ->
                        new FieldError(e.type(), e.field().isEmpty() ? prefix : prefix + "." + e.field(), e.message()))
                .toList();
    }

    static void check(Findings f, Place config) {
        Place url = config.field("url");
        Place service = config.field("service");
        if (url.present() == service.present()) {
            f.required(config, "exactly one of url or service is required");
        } else if (url.present()) {
            url(f, url);
        } else {
            service(f, service);
        }
    }

    private static void service(Findings f, Place service) {
        // Upstream takes the one for the other.
        if (service.text("namespace").isEmpty()) {
            f.required(service.field("name"));
        }
        if (service.text("name").isEmpty()) {
            f.required(service.field("namespace"));
        }
        long port = service.field("port").number(443);
        List<String> wrong = Names.portNumber(port);
        if (!wrong.isEmpty()) {
            f.invalid(service.field("port"), port, "port is not valid: " + String.join(", ", wrong));
        }
        path(f, service.field("path"));
    }

    private static void path(Findings f, Place path) {
        String text = path.text();
        if (text.isEmpty() || text.equals("/")) return;
        if (text.equals("//")) {
            f.invalid(path, text, "segment[0] may not be empty");
            return;
        }
        if (!text.startsWith("/")) {
            f.invalid(path, text, "must start with a '/'");
        }
        String steps = text.substring(1);
        if (steps.endsWith("/")) steps = steps.substring(0, steps.length() - 1);
        String[] segments = steps.split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            if (segments[i].isEmpty()) {
                f.invalid(path, text, "segment[" + i + "] may not be empty");
                continue;
            }
            for (String words : Names.dns1123Subdomain(segments[i])) {
                f.invalid(path, text, "segment[" + i + "]: " + words);
            }
        }
    }

    private static void url(Findings f, Place url) {
        String form = "; desired format: https://host[/path]";
        try {
            URI uri = new URI(url.text());
            if (!"https".equals(uri.getScheme())) {
                f.invalid(
                        url,
                        uri.getScheme() == null ? "" : uri.getScheme(),
                        "'https' is the only allowed URL scheme" + form);
            }
            String authority = uri.getRawAuthority() == null ? "" : uri.getRawAuthority();
            int at = authority.lastIndexOf('@');
            if (authority.length() == at + 1) {
                f.invalid(url, "", "host must be specified" + form);
            }
            if (at >= 0) {
                f.invalid(url, authority.substring(0, at), "user information is not permitted in the URL");
            }
            if (uri.getFragment() != null && !uri.getFragment().isEmpty()) {
                f.invalid(url, uri.getFragment(), "fragments are not permitted in the URL");
            }
            if (uri.getRawQuery() != null && !uri.getRawQuery().isEmpty()) {
                f.invalid(url, uri.getRawQuery(), "query parameters are not permitted in the URL");
            }
        } catch (URISyntaxException e) {
            f.required(url, "url must be a valid URL: " + e.getMessage() + form);
        }
    }
}
