/** Graph deletes a method only under its type's own segment. */
export const segments = {
  "#microsoft.graph.phoneAuthenticationMethod": "phoneMethods",
  "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod": "microsoftAuthenticatorMethods",
  "#microsoft.graph.passwordlessMicrosoftAuthenticatorAuthenticationMethod": "passwordlessMicrosoftAuthenticatorMethods",
  "#microsoft.graph.softwareOathAuthenticationMethod": "softwareOathMethods",
  "#microsoft.graph.hardwareOathAuthenticationMethod": "hardwareOathMethods",
  "#microsoft.graph.fido2AuthenticationMethod": "fido2Methods",
  "#microsoft.graph.windowsHelloForBusinessAuthenticationMethod": "windowsHelloForBusinessMethods",
  "#microsoft.graph.platformCredentialAuthenticationMethod": "platformCredentialMethods",
  "#microsoft.graph.emailAuthenticationMethod": "emailMethods",
  "#microsoft.graph.temporaryAccessPassAuthenticationMethod": "temporaryAccessPassMethods",
};

export const removable = (method) => method["@odata.type"] in segments;
