/** Owns the English texts of: activity. */

export const enActivity = {
  'activity.title': 'All activity',
  'activity.search': 'Search',
  'activity.search-hint': 'Name, amount, note…',
  'activity.filter': 'Which payments',
  'activity.all': 'All',
  'activity.waiting': 'On its way',
  'activity.paid': 'Paid',
  'activity.received': 'Received',
  'activity.unpaid': 'Not paid',
  'activity.found': { one: '{count} slip found', other: '{count} slips found' },
  'activity.searching': 'Looking through older slips…',
  'activity.none-found': 'No slip fits that.',
  'activity.nothing': 'Nothing yet. Your first slip will stand here.',
} as const;
