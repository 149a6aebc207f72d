package io.k8j.apiserver.validation;

import io.k8j.model.validation.Names;
import java.util.List;
import java.util.regex.Pattern;

/** Checks a Pod's own resolver settings. */
final class DnsConfigValidation {
    private static final int NAMESERVERS = 3;
    private static final int SEARCHES = 32;
    private static final int SEARCH_CHARACTERS = 2048;
    private static final String UNDERSCORE_LABEL = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
    private static final String SUBDOMAIN = UNDERSCORE_LABEL + "(\\." + UNDERSCORE_LABEL + ")*";
    private static final Pattern SUBDOMAIN_PATTERN = Pattern.compile(SUBDOMAIN);

    private DnsConfigValidation() {}

    static void check(Findings f, Place config, String policy) {
        if (policy.equals("None")) {
            if (config.absent()) {
                f.required(config, "must provide `dnsConfig` when `dnsPolicy` is None");
                return;
            }
            if (config.field("nameservers").isEmpty()) {
                f.required(
                        config.field("nameservers"),
                        "must provide at least one DNS nameserver when `dnsPolicy` is None");
                return;
            }
        }
        Place nameservers = config.field("nameservers");
        if (nameservers.size() > NAMESERVERS) {
            f.invalid(nameservers, "must not have more than " + NAMESERVERS + " nameservers");
        }
        nameservers.items().forEach(ip -> Meta.ip(f, ip));
        Place searches = config.field("searches");
        if (searches.size() > SEARCHES) {
            f.invalid(searches, "must not have more than " + SEARCHES + " search paths");
        }
        if (String.join(" ", searches.texts()).length() > SEARCH_CHARACTERS) {
            f.invalid(
                    searches,
                    "must not have more than " + SEARCH_CHARACTERS
                            + " characters (including spaces) in the search list");
        }
        searches.items().forEach(search -> search(f, search));
        for (Place option : config.field("options").items()) {
            if (option.text("name").isEmpty()) {
                f.required(option, "must not be empty");
            }
        }
    }

    private static void search(Findings f, Place search) {
        String text = search.text();
        if (text.equals(".")) {
            return;
        }
        String bare = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        if (bare.length() > 253) {
            f.invalid(search, bare, List.of("must be no more than 253 characters"));
        }
        if (!SUBDOMAIN_PATTERN.matcher(bare).matches()) {
            f.invalid(
                    search,
                    bare,
                    Names.regex(
                            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-'"
                                    + " or '.', and must start and end with an alphanumeric character",
                            SUBDOMAIN,
                            "example.com"));
        }
    }
}
