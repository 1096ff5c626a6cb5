/** Owns the English texts of: settings. */

export const enSettings = {
  'settings.profile': 'Your profile',
  'settings.edit': 'Change',
  'settings.shown-to-payers': 'Payers see this name and place before they pay you.',
  'settings.name': 'Name',
  'settings.name-hint': 'As people know you or your shop',
  'settings.city': 'Town',
  'settings.category': 'What you do',
  'settings.save': 'Save',
  'settings.profile-saved': 'Profile saved',

  'category.0000': 'Not said',
  'category.5411': 'Food shop, market',
  'category.5812': 'Restaurant',
  'category.5814': 'Street food, café',
  'category.4121': 'Taxi, transport',
  'category.5912': 'Pharmacy',
  'category.5651': 'Clothes',
  'category.7230': 'Hair and beauty',
  'category.4814': 'Phone credit',
  'category.8299': 'School, lessons',
  'category.8398': 'Association, charity',
  'category.7299': 'Services',

  'settings.language': 'Language',
  'settings.theme': 'Colours',
  'settings.theme-system': 'As on the phone',
  'settings.theme-light': 'Light',
  'settings.theme-dark': 'Dark',

  'settings.not-kept': 'This holds until the app is closed: the phone could not keep it.',
  'settings.not-kept-next':
    'Your money is not touched. Free some space on the phone, then choose again.',

  'settings.abilities': 'What this phone can do',
  'ability.offline': 'Pay without network',
  'ability.offline-true': 'Tried with the network off. It works.',
  'ability.offline-false': 'Tried with the network off. This passkey needs the network.',
  'ability.offline-unknown': 'Not tried yet.',
  'ability.rehearse-again': 'Try it again',
  'ability.installed': 'Installed as an app',
  'ability.installed-yes': 'It opens from its own icon.',
  'ability.installed-can': 'Then it opens from its own icon and keeps its data better.',
  'ability.installed-how': 'In the browser’s menu choose “Add to home screen”.',
  'ability.install': 'Install',
  'ability.camera': 'Scan with the camera',
  'ability.camera-allowed': 'Allowed.',
  'ability.camera-asks': 'The phone will ask the first time.',
  'ability.camera-refused': 'Refused. Allow it for this site in the browser’s settings.',
  'ability.camera-missing': 'No camera. Pictures and typed codes work.',
  'ability.camera-insecure': 'Only at an address that begins with https.',
  'ability.sync': 'Deliver while closed',
  'ability.sync-yes': 'Promises leave by themselves, also when the app is closed.',
  'ability.sync-no':
    'This browser delivers only while the app is open. Open it when you have network.',
  'ability.storage': 'Keep data safe',
  'ability.storage-yes': 'The browser keeps it even when space is short.',
  'ability.storage-no': 'The browser may clear it when space is short.',
  'ability.storage-used': '{used} used.',
  'ability.storage-ask': 'Ask the browser to keep it',

  'settings.account': 'Account and passkey',
  'settings.passkey': 'Passkey',
  'settings.device': 'Number of this phone',
  'settings.session': 'Session',
  'settings.session-open': 'Signed in',
  'settings.session-closed': 'Signed out',
  'settings.session-unknown': 'Not known without network',
  'settings.read-at': 'Last read from the server',

  'settings.leave': 'Sign out of this phone',
  'settings.leave-ask': 'Sign out of this phone?',
  'settings.leave-text':
    'The wallet is closed here. Your money stays in your account: come back with your passkey. Slips and receipts stay on this phone.',
  'settings.leave-yes': 'Yes, sign out',
  'settings.leave-no': 'Stay',
  'settings.leave-waiting': {
    one: 'You cannot sign out yet: {count} promise over {amounts} waits on this phone',
    other: 'You cannot sign out yet: {count} promises over {amounts} wait on this phone',
  },
  'settings.leave-waiting-next':
    'Wait until they have reached the server. What nobody else has seen you can also take back.',
  'settings.leave-look': 'Look at them',

  'settings.server': 'Payment server',
  'settings.server-unknown': 'Not met yet.',
  'settings.server-host': 'Address',
  'settings.server-id': 'Server',
  'settings.server-key': 'Key of its receipts',

  'settings.about': 'This app',
  'settings.build': 'Build',
  'settings.build-unknown': 'unknown',
  'settings.update-failed':
    'A new version could not be fetched whole. The app goes on with this one and tries again.',
  'settings.protocol': 'Form of orders',

  'settings.damaged': {
    one: '{count} record on this phone cannot be read',
    other: '{count} records on this phone cannot be read',
  },
  'settings.damaged-text':
    'They are kept as they are. Give them to support: nothing is thrown away.',
  'settings.damaged-save': 'Save them as a file',
} as const;
