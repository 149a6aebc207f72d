package io.k8j.model.cel.functions;

import io.k8j.model.validation.GoText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A URL, read by the rules and told off in the words of Go's {@code net/url}.
 *
 * @param host with its port, unescaped
 * @param path escaped as it was written
 * @param query without the question mark, escaped
 */
public record GoUrl(String scheme, String host, String path, String query, String text) {
    private static final String SUB_DELIMITERS = "!$&'()*+,;=:[]<>\"";

    /** Why a text is no URL. */
    public static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedException(String message) {
            super(message);
        }
    }

    /** Reads an absolute URI or an absolute path, as {@code ParseRequestURI} does; a fragment is left out. */
    public static GoUrl parse(String text) throws MalformedException {
        try {
            return read(text);
        } catch (MalformedException e) {
            throw new MalformedException("parse " + GoText.quote(text) + ": " + e.getMessage());
        }
    }

    /** Whether the text is a URL with scheme and host. */
    public static boolean isAbsolute(String text) {
        try {
            GoUrl url = parse(text);
            return !url.scheme().isEmpty() && !url.host().isEmpty();
        } catch (MalformedException e) {
            return false;
        }
    }

    private static GoUrl read(String text) throws MalformedException {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < ' ' || text.charAt(i) == 0x7f) {
                throw new MalformedException("net/url: invalid control character in URL");
            }
        }
        if (text.isEmpty()) throw new MalformedException("empty url");
        if (text.equals("*")) return new GoUrl("", "", "*", "", text);
        int colon = schemeEnd(text);
        String scheme = colon < 0 ? "" : text.substring(0, colon).toLowerCase(java.util.Locale.ROOT);
        String rest = text.substring(colon + 1);
        int mark = rest.indexOf('?');
        String query = mark < 0 ? "" : rest.substring(mark + 1);
        if (mark >= 0) rest = rest.substring(0, mark);
        if (!rest.startsWith("/")) {
            if (!scheme.isEmpty()) return new GoUrl(scheme, "", "", cut(query), text);
            throw new MalformedException("invalid URI for request");
        }
        String host = "";
        boolean authority = rest.startsWith("//") && (!scheme.isEmpty() || !rest.startsWith("///"));
        if (authority) {
            // a request URI without a scheme is a path, whatever slashes it begins with
            authority = !scheme.isEmpty();
        }
        if (authority) {
            int slash = rest.indexOf('/', 2);
            host = host(slash < 0 ? rest.substring(2) : rest.substring(2, slash));
            rest = slash < 0 ? "" : rest.substring(slash);
        }
        unescape(rest, false);
        int hash = rest.indexOf('#');
        return new GoUrl(scheme, host, hash < 0 ? rest : rest.substring(0, hash), hash < 0 ? cut(query) : "", text);
    }

    private static String cut(String query) {
        int hash = query.indexOf('#');
        return hash < 0 ? query : query.substring(0, hash);
    }

    static int schemeEnd(String text) throws MalformedException {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            if (letter) continue;
            boolean inner = c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.';
            if (inner && i > 0) continue;
            if (c == ':' && i == 0) throw new MalformedException("missing protocol scheme");
            return c == ':' ? i : -1;
        }
        return -1;
    }

    static String host(String authority) throws MalformedException {
        int at = authority.lastIndexOf('@');
        if (at >= 0) {
            String user = authority.substring(0, at);
            boolean valid = user.chars()
                    .allMatch(c -> Character.isLetterOrDigit(c) && c < 0x80 || "-._:~!$&'()*+,;=%@".indexOf(c) >= 0);
            if (!valid) throw new MalformedException("net/url: invalid userinfo");
            unescape(user, false);
        }
        String host = authority.substring(at + 1);
        int bracket = host.lastIndexOf(']');
        if (host.startsWith("[") && bracket < 0) throw new MalformedException("missing ']' in host");
        String port = host.startsWith("[") ? host.substring(bracket + 1) : portOf(host);
        boolean valid = port.isEmpty()
                || port.charAt(0) == ':' && port.substring(1).chars().allMatch(c -> c >= '0' && c <= '9');
        if (!valid) throw new MalformedException("invalid port " + GoText.quote(port) + " after host");
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            boolean fine = c >= 0x80
                    || Character.isLetterOrDigit(c)
                    || "-._~%".indexOf(c) >= 0
                    || SUB_DELIMITERS.indexOf(c) >= 0;
            if (!fine) {
                throw new MalformedException("invalid character " + GoText.quote(String.valueOf(c)) + " in host name");
            }
        }
        return unescape(host, false);
    }

    private static String portOf(String host) {
        int colon = host.lastIndexOf(':');
        return colon < 0 ? "" : host.substring(colon);
    }

    static String unescape(String text, boolean plusIsSpace) throws MalformedException {
        if (text.indexOf('%') < 0 && !(plusIsSpace && text.indexOf('+') >= 0)) return text;
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        byte[] out = new byte[bytes.length];
        int length = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '%') {
                boolean hex = i + 2 < bytes.length
                        && Character.digit(bytes[i + 1], 16) >= 0
                        && Character.digit(bytes[i + 2], 16) >= 0;
                if (!hex) {
                    String shown = new String(bytes, i, Math.min(3, bytes.length - i), StandardCharsets.UTF_8);
                    throw new MalformedException("invalid URL escape " + GoText.quote(shown));
                }
                out[length++] = (byte) (Character.digit(bytes[i + 1], 16) * 16 + Character.digit(bytes[i + 2], 16));
                i += 2;
            } else {
                out[length++] = plusIsSpace && bytes[i] == '+' ? (byte) ' ' : bytes[i];
            }
        }
        return new String(out, 0, length, StandardCharsets.UTF_8);
    }

    String hostname() {
        String name = host;
        int colon = name.lastIndexOf(':');
        if (colon >= 0 && name.substring(colon + 1).chars().allMatch(c -> c >= '0' && c <= '9')) {
            boolean inside = name.startsWith("[") && name.indexOf(']') > colon;
            if (!inside) name = name.substring(0, colon);
        }
        return name.startsWith("[") && name.endsWith("]") ? name.substring(1, name.length() - 1) : name;
    }

    String port() {
        String port = host.startsWith("[") ? host.substring(host.lastIndexOf(']') + 1) : portOf(host);
        return port.isEmpty() ? "" : port.substring(1);
    }

    /** The query's parameters; what cannot be read is left out, as in Go. */
    Map<String, List<String>> parameters() {
        Map<String, List<String>> all = new LinkedHashMap<>();
        for (String part : query.split("&")) {
            if (part.isEmpty() || part.indexOf(';') >= 0) continue;
            int equals = part.indexOf('=');
            try {
                String key = unescape(equals < 0 ? part : part.substring(0, equals), true);
                String value = equals < 0 ? "" : unescape(part.substring(equals + 1), true);
                all.computeIfAbsent(key, k -> new ArrayList<>()).add(value);
            } catch (MalformedException e) {
                continue;
            }
        }
        return all;
    }
}
