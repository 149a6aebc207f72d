package io.k8j.apiserver.authn.jwt;

import io.k8j.apiserver.validation.Findings;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.validation.Names;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * One issuer, checked.
 *
 * @param discoveryUrl where its configuration is fetched; empty for the place below its own address
 * @param authorities who may have issued its server certificate; empty for those that the machine trusts
 * @param requiredClaims claims that must have a value
 * @param claimRules expressions over {@code claims} that must be true
 * @param userRules expressions over {@code user} that must be true
 */
record IssuerConfig(
        String url,
        String discoveryUrl,
        List<X509Certificate> authorities,
        List<String> audiences,
        Mapping username,
        Mapping groups,
        Mapping uid,
        Map<String, ClaimExpression> extra,
        Map<String, String> requiredClaims,
        List<Rule> claimRules,
        List<Rule> userRules) {
    /**
     * Where a part of the user comes from.
     *
     * @param claim name of a claim, or empty
     * @param prefix put in front of the claim's value
     * @param expression null if there is a claim or nothing
     */
    record Mapping(String claim, String prefix, ClaimExpression expression) {}

    /** A condition and what is said when it does not hold. */
    record Rule(ClaimExpression expression, String message) {}

    /** Reads one entry of {@code jwt} and notes all that is wrong with it. */
    static IssuerConfig read(Place entry, Findings f, Set<String> reserved) {
        Place issuer = entry.field("issuer");
        url(f, issuer.field("url"), reserved, true);
        Place discovery = issuer.field("discoveryURL");
        if (!discovery.text().isEmpty()) {
            if (trimmed(issuer.text("url")).equals(trimmed(discovery.text()))) {
                f.invalid(discovery, discovery.text(), "discoveryURL must be different from URL");
            }
            url(f, discovery, Set.of(), false);
        }
        audiences(f, issuer);
        List<X509Certificate> authorities = authorities(f, issuer.field("certificateAuthority"));
        egress(f, issuer.field("egressSelectorType"));

        Map<String, String> required = new LinkedHashMap<>();
        List<Rule> claimRules = claimRules(f, entry.field("claimValidationRules"), required);
        Place mappings = entry.field("claimMappings");
        Mapping username = mapping(f, mappings.field("username"), true);
        Mapping groups = mapping(f, mappings.field("groups"), false);
        Mapping uid = uid(f, mappings.field("uid"));
        Map<String, ClaimExpression> extra = extra(f, mappings.field("extra"));
        verifiedEmail(f, mappings, username, extra, claimRules);
        List<Rule> userRules = userRules(f, entry.field("userValidationRules"));
        return new IssuerConfig(
                issuer.text("url"),
                discovery.text(),
                authorities,
                issuer.field("audiences").texts(),
                username,
                groups,
                uid,
                extra,
                required,
                claimRules,
                userRules);
    }

    private static String trimmed(String url) {
        return url.replaceAll("/+$", "");
    }

    private static void url(Findings f, Place at, Set<String> reserved, boolean isRequired) {
        String url = at.text();
        if (url.isEmpty()) {
            if (isRequired) {
                f.required(at, "");
            }
            return;
        }
        if (reserved.contains(url)) {
            f.invalid(
                    at,
                    url,
                    "URL must not overlap with disallowed issuers: [" + String.join(" ", new TreeSet<>(reserved))
                            + "]");
        }
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            f.invalid(at, url, "parse " + io.k8j.model.api.GoQuote.quote(url) + ": " + e.getReason());
            return;
        }
        if (!"https".equals(uri.getScheme())) f.invalid(at, url, "URL scheme must be https");
        if (uri.getRawUserInfo() != null) f.invalid(at, url, "URL must not contain a username or password");
        if (uri.getRawQuery() != null && !uri.getRawQuery().isEmpty()) {
            f.invalid(at, url, "URL must not contain a query");
        }
        if (uri.getRawFragment() != null && !uri.getRawFragment().isEmpty()) {
            f.invalid(at, url, "URL must not contain a fragment");
        }
    }

    private static void audiences(Findings f, Place issuer) {
        Place audiences = issuer.field("audiences");
        if (audiences.items().isEmpty()) {
            f.required(audiences, "at least one " + audiences.path() + " is required");
            return;
        }
        Set<String> seen = new HashSet<>();
        for (Place audience : audiences.items()) {
            if (audience.text().isEmpty()) f.required(audience, "");
            if (!seen.add(audience.text())) f.duplicate(audience, audience.text());
        }
        Place policy = issuer.field("audienceMatchPolicy");
        if (audiences.items().size() > 1 && !policy.text().equals("MatchAny")) {
            f.invalid(policy, policy.text(), "audienceMatchPolicy must be MatchAny for multiple audiences");
        } else if (!policy.text().isEmpty() && !policy.text().equals("MatchAny")) {
            f.invalid(policy, policy.text(), "audienceMatchPolicy must be empty or MatchAny for single audience");
        }
    }

    private static List<X509Certificate> authorities(Findings f, Place at) {
        List<X509Certificate> authorities = new ArrayList<>();
        if (at.text().isEmpty()) {
            return authorities;
        }
        try {
            CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(at.text().getBytes(StandardCharsets.US_ASCII)))
                    .forEach(certificate -> authorities.add((X509Certificate) certificate));
        } catch (CertificateException e) {
            authorities.clear(); // told below
        }
        if (authorities.isEmpty()) {
            f.invalid(at, "<omitted>", "data does not contain any valid RSA or ECDSA certificates");
        }
        return authorities;
    }

    private static void egress(Findings f, Place at) {
        if (at.text().isEmpty()) {
            return;
        }
        if (!at.text().equals("controlplane") && !at.text().equals("cluster")) {
            f.invalid(at, at.text(), "egress selector must be either controlplane or cluster");
        } else {
            f.invalid(at, at.text(), "oidc: egress lookup required with egress selector type \"" + at.text() + "\"");
        }
    }

    private static List<Rule> claimRules(Findings f, Place rules, Map<String, String> required) {
        List<Rule> compiled = new ArrayList<>();
        Set<String> claims = new HashSet<>();
        Set<String> expressions = new HashSet<>();
        for (Place rule : rules.items()) {
            String claim = rule.text("claim");
            String expression = rule.text("expression");
            if (!claim.isEmpty() && !expression.isEmpty()) {
                f.invalid(rule, claim, "claim and expression can't both be set");
            } else if (claim.isEmpty() && expression.isEmpty()) {
                f.required(rule, "claim or expression is required");
            } else if (!claim.isEmpty()) {
                if (!rule.text("message").isEmpty()) {
                    f.invalid(rule.field("message"), rule.text("message"), "may not be specified when claim is set");
                }
                if (!claims.add(claim)) f.duplicate(rule.field("claim"), claim);
                required.put(claim, rule.text("requiredValue"));
            } else {
                if (!rule.text("requiredValue").isEmpty()) {
                    f.invalid(
                            rule.field("requiredValue"),
                            rule.text("requiredValue"),
                            "may not be specified when expression is set");
                }
                if (!expressions.add(expression)) {
                    f.duplicate(rule.field("expression"), expression);
                    continue;
                }
                ClaimExpression made = ClaimExpression.condition(f, rule.field("expression"), ClaimExpression.CLAIMS);
                if (made != null) compiled.add(new Rule(made, rule.text("message")));
            }
        }
        return compiled;
    }

    private static List<Rule> userRules(Findings f, Place rules) {
        List<Rule> compiled = new ArrayList<>();
        Set<String> expressions = new HashSet<>();
        for (Place rule : rules.items()) {
            Place expression = rule.field("expression");
            if (expression.text().isEmpty()) {
                f.required(expression, "");
            } else if (!expressions.add(expression.text())) {
                f.duplicate(expression, expression.text());
            } else {
                ClaimExpression made = ClaimExpression.condition(f, expression, ClaimExpression.USER);
                if (made != null) compiled.add(new Rule(made, rule.text("message")));
            }
        }
        return compiled;
    }

    private static Mapping mapping(Findings f, Place at, boolean isRequired) {
        String claim = at.text("claim");
        Place expression = at.field("expression");
        Place prefix = at.field("prefix");
        ClaimExpression compiled = null;
        if (!claim.isEmpty() && !expression.text().isEmpty()) {
            f.invalid(at, "", "claim and expression can't both be set");
        } else if (claim.isEmpty() && expression.text().isEmpty()) {
            if (isRequired) f.required(at, "claim or expression is required");
        } else if (!expression.text().isEmpty()) {
            if (prefix.present()) {
                f.invalid(prefix, prefix.text(), "may not be specified when expression is set");
            }
            compiled = ClaimExpression.value(f, expression);
        } else if (prefix.absent()) {
            f.required(
                    prefix,
                    "prefix is required when claim is set. It can be set to an empty string to disable prefixing");
        }
        return new Mapping(claim, prefix.text(), compiled);
    }

    private static Mapping uid(Findings f, Place at) {
        Place expression = at.field("expression");
        if (!at.text("claim").isEmpty() && !expression.text().isEmpty()) {
            f.invalid(at, "", "claim and expression can't both be set");
        }
        return new Mapping(
                at.text("claim"), "", expression.text().isEmpty() ? null : ClaimExpression.value(f, expression));
    }

    private static Map<String, ClaimExpression> extra(Findings f, Place extra) {
        Map<String, ClaimExpression> compiled = new LinkedHashMap<>();
        Set<String> seen = new HashSet<>();
        for (Place mapping : extra.items()) {
            Place key = mapping.field("key");
            extraKey(f, key);
            if (!seen.add(key.text())) {
                f.duplicate(key, key.text());
                continue;
            }
            Place expression = mapping.field("valueExpression");
            if (expression.text().isEmpty()) {
                f.required(expression, "");
                continue;
            }
            ClaimExpression made = ClaimExpression.value(f, expression);
            if (made != null) compiled.put(key.text(), made);
        }
        return compiled;
    }

    private static void extraKey(Findings f, Place at) {
        String key = at.text();
        if (key.isEmpty()) {
            f.required(at, "");
            return;
        }
        int slash = key.indexOf('/');
        if (slash < 1 || slash == key.length() - 1) {
            f.invalid(at, key, "must be a domain-prefixed path (such as \"acme.io/foo\")");
        } else {
            Names.dns1123Subdomain(key.substring(0, slash))
                    .forEach(wrong -> f.invalid(at, key.substring(0, slash), wrong));
        }
        if (!key.equals(key.toLowerCase(Locale.ROOT))) f.invalid(at, key, "must be lowercase");
        String domain = slash < 0 ? "" : key.substring(0, slash);
        if (domain.equals("kubernetes.io")
                || domain.endsWith(".kubernetes.io")
                || domain.equals("k8s.io")
                || domain.endsWith(".k8s.io")) {
            f.invalid(at, key, "k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use");
        }
    }

    /** An address that nobody has verified is no identity. */
    private static void verifiedEmail(
            Findings f, Place mappings, Mapping username, Map<String, ClaimExpression> extra, List<Rule> rules) {
        if (username.expression() == null || !username.expression().selects("email")) {
            return;
        }
        boolean verified = username.expression().selects("email_verified")
                || extra.values().stream().anyMatch(expression -> expression.selects("email_verified"))
                || rules.stream().anyMatch(rule -> rule.expression().selects("email_verified"));
        if (!verified) {
            Place at = mappings.at("username", "expression");
            f.invalid(
                    at,
                    at.text(),
                    "claims.email_verified must be used in claimMappings.username.expression or"
                            + " claimMappings.extra[*].valueExpression or claimValidationRules[*].expression when"
                            + " claims.email is used in claimMappings.username.expression");
        }
    }
}
