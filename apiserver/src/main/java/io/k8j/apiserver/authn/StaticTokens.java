package io.k8j.apiserver.authn;

import io.k8j.apiserver.spi.UserInfo;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Users by a fixed list of tokens. */
final class StaticTokens implements TokenAuthenticator {
    private final Map<String, UserInfo> users;

    /** @param users by token */
    StaticTokens(Map<String, UserInfo> users) {
        this.users = Map.copyOf(users);
    }

    @Override
    public Recognition authenticate(String token, List<String> audiences, Consumer<String> warn) {
        byte[] presented = token.getBytes(StandardCharsets.UTF_8);
        UserInfo found = null;
        for (Map.Entry<String, UserInfo> entry : users.entrySet()) {
            // All are compared, each in constant time, so that timing tells nothing about the tokens.
            if (MessageDigest.isEqual(presented, entry.getKey().getBytes(StandardCharsets.UTF_8))) {
                found = entry.getValue();
            }
        }
        return found == null ? Recognition.NONE : new Recognition.Known(found, audiences);
    }
}
