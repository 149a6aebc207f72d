package io.k8j.model.validation;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Checks names and labels. Each method gives the sentences of what is wrong with a value, letter by letter upstream's,
 * or an empty list if it is right. Safe for use by any number of threads.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/overview/working-with-objects/names/">Object names</a>
 */
public final class Names {
    private static final int LABEL_MAX = 63;
    private static final int SUBDOMAIN_MAX = 253;
    private static final int PORT_NAME_MAX = 15;

    private static final String DNS_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private static final String DNS_SUBDOMAIN = DNS_LABEL + "(\\." + DNS_LABEL + ")*";
    private static final String DNS_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?";
    private static final String WILDCARD = "\\*\\." + DNS_SUBDOMAIN;
    private static final String KEY_NAME = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
    private static final String LABEL_VALUE = "(" + KEY_NAME + ")?";
    private static final String C_IDENTIFIER = "[A-Za-z_][A-Za-z0-9_]*";
    private static final String ENV_VAR = "[-._a-zA-Z][-._a-zA-Z0-9]*";
    private static final String CONFIG_KEY = "[-._a-zA-Z0-9]+";
    private static final String PERCENT = "[0-9]+%";
    private static final String HTTP_HEADER = "[-A-Za-z0-9]+";

    private static final String SUBDOMAIN_WORDS = "a lowercase RFC 1123 subdomain must consist of lower case"
            + " alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
    private static final String LABEL_WORDS = "a lowercase RFC 1123 label must consist of lower case alphanumeric"
            + " characters or '-', and must start and end with an alphanumeric character";
    private static final String KEY_WORDS = "must consist of alphanumeric characters, '-', '_' or '.', and must start"
            + " and end with an alphanumeric character";

    private static final Pattern WILDCARD_PATTERN = Pattern.compile(WILDCARD);
    private static final Pattern C_IDENTIFIER_PATTERN = Pattern.compile(C_IDENTIFIER);
    private static final Pattern ENV_VAR_PATTERN = Pattern.compile(ENV_VAR);
    private static final Pattern CONFIG_KEY_PATTERN = Pattern.compile(CONFIG_KEY);
    private static final Pattern PERCENT_PATTERN = Pattern.compile(PERCENT);
    private static final Pattern HTTP_HEADER_PATTERN = Pattern.compile(HTTP_HEADER);

    private Names() {}

    /** A DNS label as of RFC 1123: the name of a Namespace or a container. */
    public static List<String> dns1123Label(String value) {
        if (value.length() <= LABEL_MAX && dnsLabel(value, 0, value.length(), false)) return List.of();
        List<String> errors = new ArrayList<>(2);
        if (bytes(value) > LABEL_MAX) errors.add(tooLong(LABEL_MAX));
        if (!dnsLabel(value, 0, value.length(), false)) {
            if (dnsSubdomain(value)) errors.add("must not contain dots");
            else errors.add(regex(LABEL_WORDS, DNS_LABEL, "my-name", "123-abc"));
        }
        return errors;
    }

    /** A DNS subdomain as of RFC 1123: the name of most objects. */
    public static List<String> dns1123Subdomain(String value) {
        boolean grammar = dnsSubdomain(value);
        if (grammar && value.length() <= SUBDOMAIN_MAX) return List.of();
        List<String> errors = new ArrayList<>(2);
        if (bytes(value) > SUBDOMAIN_MAX) errors.add(tooLong(SUBDOMAIN_MAX));
        if (!grammar) errors.add(regex(SUBDOMAIN_WORDS, DNS_SUBDOMAIN, "example.com"));
        return errors;
    }

    /** A DNS label as of RFC 1035: the name of a Service. */
    public static List<String> dns1035Label(String value) {
        List<String> errors = new ArrayList<>(0);
        if (bytes(value) > LABEL_MAX) errors.add(tooLong(LABEL_MAX));
        if (!dnsLabel(value, 0, value.length(), true)) {
            errors.add(regex(
                    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an"
                            + " alphabetic character, and end with an alphanumeric character",
                    DNS_1035,
                    "my-name",
                    "abc-123"));
        }
        return errors;
    }

    /** A subdomain behind {@code *.}: an Ingress host. */
    public static List<String> wildcardSubdomain(String value) {
        List<String> errors = new ArrayList<>(0);
        if (bytes(value) > SUBDOMAIN_MAX) errors.add(tooLong(SUBDOMAIN_MAX));
        if (!WILDCARD_PATTERN.matcher(value).matches()) {
            errors.add(regex(
                    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must"
                            + " consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric"
                            + " character",
                    WILDCARD,
                    "*.example.com"));
        }
        return errors;
    }

    /** A name with an optional DNS prefix: the key of a label, annotation, taint, finalizer or resource. */
    public static List<String> qualifiedName(String value) {
        int slash = value.indexOf('/');
        if (slash >= 0 && value.indexOf('/', slash + 1) >= 0) {
            return List.of("a valid label key " + regex(KEY_WORDS, KEY_NAME, "MyName", "my.name", "123-abc")
                    + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')");
        }
        List<String> errors = new ArrayList<>(0);
        if (slash == 0) {
            errors.add("prefix part must be non-empty");
        } else if (slash > 0) {
            String prefix = value.substring(0, slash);
            if (bytes(prefix) > SUBDOMAIN_MAX) errors.add("prefix part " + tooManyBytes(SUBDOMAIN_MAX));
            if (!dnsSubdomain(prefix))
                errors.add("prefix part " + regex(SUBDOMAIN_WORDS, DNS_SUBDOMAIN, "example.com"));
        }
        String name = value.substring(slash + 1);
        if (name.isEmpty()) errors.add("name part must be non-empty");
        else if (bytes(name) > LABEL_MAX) errors.add("name part " + tooManyBytes(LABEL_MAX));
        if (!keyName(name)) errors.add("name part " + regex(KEY_WORDS, KEY_NAME, "MyName", "my.name", "123-abc"));
        return errors;
    }

    /** The value of a label. */
    public static List<String> labelValue(String value) {
        List<String> errors = new ArrayList<>(0);
        if (bytes(value) > LABEL_MAX) errors.add(tooManyBytes(LABEL_MAX));
        if (!value.isEmpty() && !keyName(value)) {
            errors.add(regex(
                    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and"
                            + " must start and end with an alphanumeric character",
                    LABEL_VALUE,
                    "MyValue",
                    "my_value",
                    "12345"));
        }
        return errors;
    }

    /** The name of a port, as of IANA's service names. */
    public static List<String> portName(String value) {
        List<String> errors = new ArrayList<>(0);
        if (bytes(value) > PORT_NAME_MAX) errors.add(tooLong(PORT_NAME_MAX));
        boolean letter = false;
        boolean charset = !value.isEmpty();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            letter |= c >= 'a' && c <= 'z';
            charset &= c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-';
        }
        if (!charset) errors.add("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
        if (!letter) errors.add("must contain at least one letter (a-z)");
        if (value.contains("--")) errors.add("must not contain consecutive hyphens");
        if (value.startsWith("-") || value.endsWith("-")) errors.add("must not begin or end with a hyphen");
        return errors;
    }

    /** The number of a port. */
    public static List<String> portNumber(long port) {
        return inRange(port, 1, 65535);
    }

    /** A number between two bounds, both included. */
    public static List<String> inRange(long value, long low, long high) {
        if (value >= low && value <= high) return List.of();
        return List.of("must be between " + low + " and " + high + ", inclusive");
    }

    /** A C identifier. */
    public static List<String> cIdentifier(String value) {
        if (C_IDENTIFIER_PATTERN.matcher(value).matches()) return List.of();
        return List.of(regex(
                "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric"
                        + " characters or '_'",
                C_IDENTIFIER,
                "my_name",
                "MY_NAME",
                "MyName"));
    }

    /** The name of an environment variable by the strict grammar. */
    public static List<String> envVarName(String value) {
        List<String> errors = new ArrayList<>(0);
        if (!ENV_VAR_PATTERN.matcher(value).matches()) {
            errors.add(regex(
                    "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.',"
                            + " and must not start with a digit",
                    ENV_VAR,
                    "my.env-name",
                    "MY_ENV.NAME",
                    "MyEnvName1"));
        }
        addPathErrors(value, errors);
        return errors;
    }

    /** The name of an environment variable by the grammar of newer versions: printable ASCII but {@code =}. */
    public static List<String> relaxedEnvVarName(String value) {
        if (value.isEmpty()) return List.of("environment variable name must be non-empty");
        if (value.chars().allMatch(c -> c >= 0x20 && c < 0x7f && c != '=')) return List.of();
        return List.of("a valid environment variable name must consist only of printable ASCII characters other than"
                + " '='");
    }

    /** A key of a ConfigMap or Secret. */
    public static List<String> configMapKey(String value) {
        List<String> errors = new ArrayList<>(0);
        if (bytes(value) > SUBDOMAIN_MAX) errors.add(tooLong(SUBDOMAIN_MAX));
        if (!CONFIG_KEY_PATTERN.matcher(value).matches()) {
            errors.add(regex(
                    "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
                    CONFIG_KEY,
                    "key.name",
                    "KEY_NAME",
                    "key-name"));
        }
        addPathErrors(value, errors);
        return errors;
    }

    /** A percentage such as {@code 25%}. */
    public static List<String> percent(String value) {
        if (PERCENT_PATTERN.matcher(value).matches()) return List.of();
        return List.of(regex(
                "a valid percent string must be a numeric string followed by an ending '%'", PERCENT, "1%", "93%"));
    }

    /** The name of an HTTP header. */
    public static List<String> httpHeaderName(String value) {
        if (HTTP_HEADER_PATTERN.matcher(value).matches()) return List.of();
        return List.of(regex(
                "a valid HTTP header must consist of alphanumeric characters or '-'", HTTP_HEADER, "X-Header-Name"));
    }

    /** A name that becomes one step of a URL's path: the name of an RBAC object. */
    public static List<String> pathSegment(String value) {
        if (value.equals(".")) return List.of("may not be '.'");
        if (value.equals("..")) return List.of("may not be '..'");
        List<String> errors = new ArrayList<>(0);
        if (value.contains("/")) errors.add("may not contain '/'");
        if (value.contains("%")) errors.add("may not contain '%'");
        return errors;
    }

    /** The sentence for a value that does not match an expression. */
    public static String regex(String words, String expression, String... examples) {
        StringBuilder text = new StringBuilder(words).append(" (");
        for (int i = 0; i < examples.length; i++) {
            text.append(i == 0 ? "e.g. '" : " or '").append(examples[i]).append("', ");
        }
        return text.append("regex used for validation is '")
                .append(expression)
                .append("')")
                .toString();
    }

    private static void addPathErrors(String value, List<String> errors) {
        if (value.equals(".")) errors.add("must not be '.'");
        else if (value.equals("..")) errors.add("must not be '..'");
        else if (value.startsWith("..")) errors.add("must not start with '..'");
    }

    private static String tooLong(int limit) {
        return "must be no more than " + limit + " characters";
    }

    private static String tooManyBytes(int limit) {
        return "must be no more than " + limit + " bytes"; // labels say it so since 1.34, names do not
    }

    /** Upstream counts bytes; what is not ASCII breaks the grammar anyhow, so only the limit's side matters. */
    private static int bytes(String value) {
        int n = value.length();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c >= 0x80) n += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
        }
        return n;
    }

    private static boolean dnsSubdomain(String s) {
        int start = 0;
        for (int i = 0; i <= s.length(); i++) {
            if (i < s.length() && s.charAt(i) != '.') continue;
            if (!dnsLabel(s, start, i, false)) return false;
            start = i + 1;
        }
        return true;
    }

    private static boolean dnsLabel(String s, int from, int to, boolean letterFirst) {
        if (from >= to) return false;
        for (int i = from; i < to; i++) {
            char c = s.charAt(i);
            boolean letter = c >= 'a' && c <= 'z';
            boolean digit = c >= '0' && c <= '9';
            boolean inner = c == '-' && i > from && i < to - 1;
            if (!letter && !digit && !inner) return false;
            if (i == from && letterFirst && !letter) return false;
        }
        return true;
    }

    private static boolean keyName(String s) {
        int n = s.length();
        if (n == 0) return false;
        for (int i = 0; i < n; i++) {
            char c = s.charAt(i);
            boolean alphanumeric = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            boolean inner = (c == '-' || c == '_' || c == '.') && i > 0 && i < n - 1;
            if (!alphanumeric && !inner) return false;
        }
        return true;
    }
}
