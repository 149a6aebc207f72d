package io.k8j.server.join;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A token of {@code k8j token create}.
 *
 * @param id its public half
 * @param secret its secret half
 */
record JoinToken(String id, String secret) {
    private static final Pattern TEXT = Pattern.compile("([a-z0-9]{6})\\.([a-z0-9]{16})");

    /** @throws IllegalArgumentException in one sentence that does not show the token */
    static JoinToken parse(String text) {
        Matcher parts = TEXT.matcher(text.strip());
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "--token: must be six and sixteen letters or digits with a dot between, as 'k8j token create' prints it");
        }
        return new JoinToken(parts.group(1), parts.group(2));
    }

    /** Both halves, as a bearer token. */
    String bearer() {
        return id + "." + secret;
    }

    @Override
    public String toString() {
        return id + ".…"; // the secret half stays out of logs
    }
}
