package io.k8j.model.cel.functions;

import io.k8j.model.cel.functions.GoUrl.MalformedException;
import io.k8j.model.validation.GoText;
import java.util.Locale;

/**
 * A URL that may be relative, read by the rules and told off in the words of Go's {@code url.Parse}.
 *
 * @param scheme in small letters; empty if there is none
 * @param user as it was written; null if there is none
 * @param host with its port; empty if there is none
 * @param query without the question mark, escaped
 * @param fragment without the hash, unescaped
 */
public record UrlReference(String scheme, String user, String host, String query, String fragment) {
    /** Reads a URL; the exception's message is Go's, with the text that could not be read. */
    public static UrlReference parse(String text) throws MalformedException {
        int hash = text.indexOf('#');
        String url = hash < 0 ? text : text.substring(0, hash);
        UrlReference read = within(url, () -> read(url));
        if (hash < 0) return read;
        String fragment = within(text, () -> GoUrl.unescape(text.substring(hash + 1), false));
        return new UrlReference(read.scheme, read.user, read.host, read.query, fragment);
    }

    private interface Step<T> {
        T take() throws MalformedException;
    }

    private static <T> T within(String text, Step<T> step) throws MalformedException {
        try {
            return step.take();
        } catch (MalformedException e) {
            throw new MalformedException("parse " + GoText.quote(text) + ": " + e.getMessage());
        }
    }

    private static UrlReference read(String text) throws MalformedException {
        if (text.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            throw new MalformedException("net/url: invalid control character in URL");
        }
        int colon = GoUrl.schemeEnd(text);
        String scheme = colon < 0 ? "" : text.substring(0, colon).toLowerCase(Locale.ROOT);
        String rest = text.substring(colon + 1);
        int mark = rest.indexOf('?');
        String query = mark < 0 ? "" : rest.substring(mark + 1);
        if (mark >= 0) rest = rest.substring(0, mark);
        if (!rest.startsWith("/")) {
            if (!scheme.isEmpty()) return new UrlReference(scheme, null, "", query, "");
            if (rest.split("/", 2)[0].contains(":")) {
                throw new MalformedException("first path segment in URL cannot contain colon");
            }
        }
        String user = null;
        String host = "";
        if (rest.startsWith("//") && (!scheme.isEmpty() || !rest.startsWith("///"))) {
            int slash = rest.indexOf('/', 2);
            String authority = slash < 0 ? rest.substring(2) : rest.substring(2, slash);
            rest = slash < 0 ? "" : rest.substring(slash);
            int at = authority.lastIndexOf('@');
            if (at >= 0) user = authority.substring(0, at);
            host = GoUrl.host(authority);
        }
        GoUrl.unescape(rest, false);
        return new UrlReference(scheme, user, host, query, "");
    }
}
