// A phone's way through the API by a generated client (package org.openapitools.client). Argument: the base URL.

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.api.FcmDevicesApi;
import org.openapitools.client.api.LocationAddressApi;
import org.openapitools.client.api.UserAuthenticationApi;
import org.openapitools.client.api.UserCustomerApi;
import org.openapitools.client.api.WalletApi;
import org.openapitools.client.model.*;

public class Client {
    private static final List<String> called = new ArrayList<>();
    private static String access;

    private static <T> T call(String operation, T answer) {
        called.add(operation);
        return answer;
    }

    private static final String VERSION = "1.4.0";
    private static final String IOS = "ios";

    private static void same(Object found, Object expected) {
        if (!Objects.equals(found, expected)) {
            throw new AssertionError(called.get(called.size() - 1) + ": " + found + " where " + expected + " was expected");
        }
    }

    public static void main(String[] arguments) throws Exception {
        String base = arguments[0];
        ApiClient client = new ApiClient();
        client.updateBaseUri(base);
        client.setRequestInterceptor(request -> {
            if (access != null) request.setHeader("Authorization", "Bearer " + access);
        });
        UserAuthenticationApi authentication = new UserAuthenticationApi(client);
        UserCustomerApi customers = new UserCustomerApi(client);
        FcmDevicesApi devices = new FcmDevicesApi(client);
        LocationAddressApi addresses = new LocationAddressApi(client);
        WalletApi wallet = new WalletApi(client);

        String phone = "+12025550126";
        CodeSent sent = call("sendOTP", authentication.sendOTP(new CodeRequest().phone(phone), IOS, VERSION));
        HttpRequest messages = HttpRequest.newBuilder(URI.create(base + "/_local/messages")).build();
        String text = HttpClient.newHttpClient().send(messages, HttpResponse.BodyHandlers.ofString()).body();
        Matcher matcher = Pattern.compile("(\\d{6}) is your").matcher(text);
        String otp = null;
        while (matcher.find()) otp = matcher.group(1);
        NewDevice device = new NewDevice().name("A phone").platform(Platform.IOS).registrationId("java:1");
        LoggedIn loggedIn = call("AuthenticateCustomer", customers.authenticateCustomer(
            new LogInRequest().phone(phone).challenge(sent.getChallenge().toString()).otp(otp).device(device), IOS, VERSION));
        same(loggedIn.getCustomer().getGender(), null);

        TokenPair pair = call("refresh_token_create", authentication.refreshTokenCreate(new RefreshRequest().refresh(loggedIn.getRefresh()), IOS, VERSION));
        access = pair.getAccess();
        same(call("GetCustomerDetails", customers.getCustomerDetails(null, IOS, VERSION)).getBirthDate(), null);
        CustomerPatch patch = new CustomerPatch().firstName("A").gender(Gender.FEMALE);
        same(call("UpdateCustomer", customers.updateCustomer(patch, "*", IOS, VERSION)).getGender(), Gender.FEMALE);

        DeviceRegistration registration = new DeviceRegistration().registrationId("java:2").type(Platform.ANDROID);
        same(call("devices_create", devices.devicesCreate(registration, null, IOS, VERSION)).getName(), null);
        same(call("devices_list", devices.devicesList(IOS, VERSION)).size(), 2);

        Location location = new Location().lat(24.7).lng(46.7);
        Address located = call("CreateAddress", addresses.createAddress(street().location(location), null, null, IOS, VERSION));
        same(located.getRegion().getCountry().getCode(), "SA");
        Address plain = addresses.createAddress(street(), null, null, IOS, VERSION);
        same(plain.getLocation(), null);
        same(plain.getRegion(), null);
        same(call("ListAddresses", addresses.listAddresses(null, IOS, VERSION)).size(), 2);

        Export exported = call("exportCustomer", customers.exportCustomer(null, null, IOS, VERSION));
        same(exported.getProfile().getFirstName(), "A");
        DebitRequest debit = new DebitRequest().type(DebitRequest.TypeEnum.DEBIT).amount(100L).currency("KWD");
        try {
            call("updateWallet", wallet.updateWallet("order-1", new WalletRequest(debit), IOS, VERSION));
            throw new AssertionError("a debit of an empty wallet");
        } catch (ApiException refused) {
            same(refused.getCode(), 422);
        }
        access = operatorToken(loggedIn.getCustomer().getId().toString());
        CreditRequest credit = new CreditRequest().type(CreditRequest.TypeEnum.CREDIT).amount(1000L).currency("KWD");
        Moved credited = wallet.updateWallet("credit-1", new WalletRequest(credit), IOS, VERSION);
        same(credited.getBalance().getAvailable(), 1000L);
        access = pair.getAccess();
        Moved paid = wallet.updateWallet("order-2", new WalletRequest(debit), IOS, VERSION);
        same(paid.getEntry().getDelta(), -100L);
        same(paid.getBalance().getAvailable(), 900L);
        authentication.logoutDevice(IOS, VERSION, new LogOutRequest());
        called.add("updateWallet");
        called.add("logoutDevice");
        System.out.println("called: " + String.join(" ", called));
    }

    /** A token with which the operator may credit a customer, once. */
    private static String operatorToken(String customer) throws Exception {
        Process process = new ProcessBuilder("tests/clients/operator_token", customer).start();
        String token = new String(process.getInputStream().readAllBytes()).trim();
        if (process.waitFor() != 0) throw new AssertionError("no operator token");
        return token;
    }

    private static NewAddress street() {
        return new NewAddress().line1("1 Street").city("Riyadh").country("SA").postalCode("12271");
    }
}
