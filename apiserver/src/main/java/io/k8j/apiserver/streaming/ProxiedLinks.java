package io.k8j.apiserver.streaming;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts the proxy's path before links of a program that does not know where it is mounted: in redirects and in HTML pages.
 * Pure functions.
 */
final class ProxiedLinks {
    private static final Pattern ATTRIBUTE = Pattern.compile(
            "(?<name>[a-zA-Z][-a-zA-Z0-9]*)(?<equals>\\s*=\\s*)(?:\"(?<double>[^\"]*)\"|'(?<single>[^']*)'|(?<bare>[^\\s\"'>]+))");
    /** What is no markup: comments, scripts and styles. */
    private static final Pattern OPAQUE = Pattern.compile(
            "<!--.*?-->|<(script|style)\\b[^>]*>.*?</\\1\\s*>", Pattern.DOTALL | Pattern.CASE_INSENSITIVE);

    private static final Map<String, Set<String>> LINKS = Map.ofEntries(
            Map.entry("a", Set.of("href")),
            Map.entry("applet", Set.of("codebase")),
            Map.entry("area", Set.of("href")),
            Map.entry("audio", Set.of("src")),
            Map.entry("base", Set.of("href")),
            Map.entry("blockquote", Set.of("cite")),
            Map.entry("body", Set.of("background")),
            Map.entry("button", Set.of("formaction")),
            Map.entry("command", Set.of("icon")),
            Map.entry("del", Set.of("cite")),
            Map.entry("embed", Set.of("src")),
            Map.entry("form", Set.of("action")),
            Map.entry("frame", Set.of("longdesc", "src")),
            Map.entry("head", Set.of("profile")),
            Map.entry("html", Set.of("manifest")),
            Map.entry("iframe", Set.of("longdesc", "src")),
            Map.entry("img", Set.of("longdesc", "src", "usemap")),
            Map.entry("input", Set.of("src", "usemap", "formaction")),
            Map.entry("ins", Set.of("cite")),
            Map.entry("link", Set.of("href")),
            Map.entry("object", Set.of("classid", "codebase", "data", "usemap")),
            Map.entry("q", Set.of("cite")),
            Map.entry("script", Set.of("src")),
            Map.entry("source", Set.of("src")),
            Map.entry("video", Set.of("poster", "src")));

    /** Hosts under which the program is known: its own and the one the client named. */
    record Mount(String prefix, List<String> hosts) {
        /** @param prefix path of the proxy; empty to leave links alone */
        Mount {
            prefix = prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix;
        }
    }

    private ProxiedLinks() {}

    /** A link as the client must see it; relative ones and those to other hosts stay. */
    static String link(String text, Mount mount) {
        if (mount.prefix().isEmpty()) return text;
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            return text; // nothing that a client could follow
        }
        String host = uri.getRawAuthority();
        String path = uri.getRawPath();
        if (host != null && !mount.hosts().contains(host)) return text;
        if (path == null || !path.startsWith("/")) return text;
        StringBuilder rewritten = new StringBuilder();
        if (!path.equals(mount.prefix()) && !path.startsWith(mount.prefix() + "/")) rewritten.append(mount.prefix());
        rewritten.append(path);
        if (uri.getRawQuery() != null) rewritten.append('?').append(uri.getRawQuery());
        if (uri.getRawFragment() != null) rewritten.append('#').append(uri.getRawFragment());
        return rewritten.toString();
    }

    /** A page with all its links as the client must see them. */
    static String page(String html, Mount mount) {
        StringBuilder out = new StringBuilder(html.length() + 256);
        Matcher opaque = OPAQUE.matcher(html);
        int from = 0;
        while (opaque.find()) {
            out.append(tags(html.substring(from, opaque.start()), mount));
            String skipped = opaque.group();
            // A script's own address is a link, its text is none.
            int end = skipped.startsWith("<!--") ? 0 : skipped.indexOf('>') + 1;
            out.append(tags(skipped.substring(0, end), mount)).append(skipped, end, skipped.length());
            from = opaque.end();
        }
        return out.append(tags(html.substring(from), mount)).toString();
    }

    private static String tags(String html, Mount mount) {
        StringBuilder out = new StringBuilder(html.length() + 64);
        int from = 0;
        for (int open = html.indexOf('<'); open >= 0; open = html.indexOf('<', from)) {
            out.append(html, from, open);
            int nameEnd = open + 1;
            while (nameEnd < html.length() && Character.isLetterOrDigit(html.charAt(nameEnd))) nameEnd++;
            int end = end(html, nameEnd);
            if (end < 0) {
                from = open;
                break; // a tag that never ends is none
            }
            Set<String> links = LINKS.get(html.substring(open + 1, nameEnd).toLowerCase(Locale.ROOT));
            out.append(html, open, nameEnd);
            out.append(
                    links == null
                            ? html.substring(nameEnd, end)
                            : attributes(html.substring(nameEnd, end), links, mount));
            from = end;
        }
        return out.append(html, from, html.length()).toString();
    }

    /** Where a tag's closing bracket is, quoted ones left aside; -1 if there is none. */
    private static int end(String html, int from) {
        char quote = 0;
        for (int i = from; i < html.length(); i++) {
            char c = html.charAt(i);
            if (quote != 0) {
                if (c == quote) quote = 0;
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (c == '>') {
                return i;
            }
        }
        return -1;
    }

    private static String attributes(String text, Set<String> links, Mount mount) {
        return ATTRIBUTE.matcher(text).replaceAll(found -> {
            Matcher attribute = (Matcher) found;
            String name = attribute.group("name");
            if (!links.contains(name.toLowerCase(Locale.ROOT))) return Matcher.quoteReplacement(attribute.group());
            String value = attribute.group("double") != null
                    ? attribute.group("double")
                    : attribute.group("single") != null ? attribute.group("single") : attribute.group("bare");
            String quote = attribute.group("single") != null ? "'" : "\"";
            return Matcher.quoteReplacement(name + attribute.group("equals") + quote + link(value, mount) + quote);
        });
    }
}
